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

/** What a running program cannot take over, as it was built around it, by its key in the configuration. */
export const FIXED: Readonly<Record<string, (config: Config) => unknown>> = {
  'web.listen_address': (config) => config.web.listenAddress,
  'web.config_file: tls_server_config': (config) => tlsMode(webConfiguration(config)),
  ledger: (config) => config.ledger,
  ledger_password_file: (config) => config.ledgerPassword?.read() ?? null,
  incident_expiry: (config) => config.incidentExpiryMs,
  windows: (config) => config.windows,
  min_samples: (config) => config.minSamples,
  birth_hold: (config) => config.birthHoldMs,
  series_limit: (config) => config.seriesLimit,
  series_limit_per_source: (config) => config.seriesLimitPerSource,
  log: (config) => config.log,
};

/** What of `FIXED` has changed: one sentence for each key. */
export function fixedChanges(before: Config, after: Config): string[] {
  return Object.entries(FIXED)
    .filter(([, value]) => JSON.stringify(value(before)) !== JSON.stringify(value(after)))
    .map(([key]) => `${key} has changed, which takes a restart`);
}
