import { formatDuration } from '../domain/duration.ts';
import type { Config } from './config.ts';

/** What is allowed and probably not meant: one sentence each. */
export function warnings(config: Config): string[] {
  const found: string[] = [];
  if (config.sources.length === 0 && config.sink.workspaces.length === 0) {
    found.push('sources is empty: nothing is polled');
  }
  for (const window of config.windows) {
    if (window.ms <= config.retentionMs) continue;
    const retention = formatDuration(config.retentionMs);
    found.push(`windows: ${window.name} is longer than retention (${retention}), so it is never whole`);
  }
  for (const warning of config.web.configFile?.warnings ?? []) found.push(`web.config_file: ${warning}`);
  return found;
}
