import type { TargetKey } from '../../domain/deployment.ts';
import { relabel } from '../../domain/relabel.ts';
import type { ErrorsSettings } from './settings.ts';

/** Where a subsystem belongs. */
export interface Mapped {
  readonly target: TargetKey;
  /** Empty when unknown. */
  readonly team: string;
}

/** The target that a subsystem is; null where relabelling leaves it out. */
export function targetOf(subsystem: string, settings: ErrorsSettings): Mapped | null {
  const labels = relabel(
    { __meta_errors_subsystem: subsystem, app: subsystem, environment: settings.environment },
    settings.relabel,
  );
  if (labels === null || !labels['app'] || !labels['environment']) return null;
  return {
    target: { source: settings.name, app: labels['app'], environment: labels['environment'] },
    team: labels['team'] ?? '',
  };
}
