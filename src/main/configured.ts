import type { Config } from '../config/config.ts';
import { SINK_CAPABILITIES } from '../domain/error-event.ts';
import type { Plan } from '../domain/transition.ts';
import { NO_WEB_CONFIGURATION, tlsMode, type WebConfiguration } from '../http/web-configuration.ts';
import type { MetricsSource } from '../metrics/known-series.ts';
import { planMessages } from '../notify/plan.ts';
import type { PollingSources } from './polling-sources.ts';

/** Without a place to send them to nothing becomes a message, not even later. */
export function planOf({ notify }: Config): Plan {
  if (notify.matrix === null) return () => [];
  return planMessages({ maxAgeMs: notify.maxAgeMs, heartbeatRoom: notify.matrix.heartbeat?.room ?? 'critical' });
}

/** The sources whose series are shown: those that are polled, and the workspaces that are posted to. */
export function shownSources(sources: PollingSources, { sink }: Config): readonly MetricsSource[] {
  return [
    ...sources.collectors.map(({ name, capabilities, ignores }) => ({
      name,
      capabilities,
      ignoredReasons: ignores,
      unknownLeadTimes: sources.unknownLeadTimes.get(name),
    })),
    ...sink.workspaces.map(({ name }) => ({
      name,
      takesPosts: true,
      capabilities: SINK_CAPABILITIES,
      ignoredReasons: [],
    })),
  ];
}

export function webConfiguration({ web }: Config): WebConfiguration {
  return web.configFile?.current() ?? NO_WEB_CONFIGURATION;
}

/** What a running program cannot take over, as it was built around it: one sentence for each key that has changed. */
export function fixedChanges(before: Config, after: Config): string[] {
  const fixed = {
    'web.listen_address': (config: Config) => config.web.listenAddress,
    'web.config_file: tls_server_config': (config: Config) => tlsMode(webConfiguration(config)),
    ledger: (config: Config) => config.ledger,
    incident_expiry: (config: Config) => config.incidentExpiryMs,
    windows: (config: Config) => config.windows,
    min_samples: (config: Config) => config.minSamples,
    birth_hold: (config: Config) => config.birthHoldMs,
    series_limit: (config: Config) => config.seriesLimit,
    series_limit_per_source: (config: Config) => config.seriesLimitPerSource,
    log: (config: Config) => config.log,
  };
  return Object.entries(fixed)
    .filter(([, value]) => JSON.stringify(value(before)) !== JSON.stringify(value(after)))
    .map(([key]) => `${key} has changed, which takes a restart`);
}
