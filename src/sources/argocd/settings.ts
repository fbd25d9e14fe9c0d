import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import { type ForgeSettings, forgeSettings } from '../forge-settings.ts';
import { durationMs, type Files, nameText, readingOrNone, secretFile, strict } from '../setting-pieces.ts';
import { commonSettings, commonShape, type SourceSettings } from '../settings.ts';

/** What the configuration says of one Argo CD server. */
export interface ArgocdSettings extends SourceSettings {
  readonly type: 'argocd';
  readonly token: Secret;
  readonly deployments: boolean;
  readonly projects: readonly string[];
  /** A label selector; empty: all applications. */
  readonly selector: string;
  readonly appNamespaces: readonly string[];
  /** Null: the application tells. */
  readonly environment: string | null;
  /** How long Degraded must stand to open an incident. */
  readonly degradedForMs: number;
  /** How long after a deployment Degraded makes it a change failure. */
  readonly degradedWindowMs: number;
  readonly countAborted: boolean;
  readonly leadTime: boolean;
  readonly forge: ForgeSettings | null;
  readonly stream: boolean;
}

export function argocdSettings(files: Files) {
  const shape = commonShape(files, { name: 'argocd', pollInterval: '30s', requestTimeout: '30s', maxBody: '128MiB' });
  return strict({
    type: z.literal('argocd'),
    ...shape,
    token_file: secretFile(files),
    deployments: z.boolean().prefault(true),
    projects: z.array(nameText()).prefault([]),
    selector: z.string().prefault(''),
    app_namespaces: z.array(nameText()).prefault([]),
    environment: readingOrNone('the name of an environment', (value) => ({ ok: true, value })).prefault(''),
    degraded_for: durationMs().prefault('2m'),
    degraded_window: durationMs().prefault('30m'),
    count_aborted: z.boolean().prefault(false),
    lead_time: z.boolean().prefault(true),
    forge: forgeSettings(files).nullable().prefault(null),
    stream: z.boolean().prefault(false),
  }).transform(
    (keys): ArgocdSettings => ({
      type: keys.type,
      ...commonSettings(keys),
      token: keys.token_file,
      deployments: keys.deployments,
      projects: keys.projects,
      selector: keys.selector,
      appNamespaces: keys.app_namespaces,
      environment: keys.environment,
      degradedForMs: keys.degraded_for,
      degradedWindowMs: keys.degraded_window,
      countAborted: keys.count_aborted,
      leadTime: keys.lead_time,
      forge: keys.forge,
      stream: keys.stream,
    }),
  );
}
