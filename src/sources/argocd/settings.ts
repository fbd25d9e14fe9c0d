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
    token_file: secretFile(files).describe('an API token'),
    deployments: z
      .boolean()
      .prefault(true)
      .describe('false: another source counts the deployments of these applications'),
    projects: z.array(nameText()).prefault([]).describe('Argo CD projects; empty: all'),
    selector: z.string().prefault('').describe('a label selector; empty: all applications'),
    app_namespaces: z.array(nameText()).prefault([]).describe('namespaces of applications; empty: all'),
    environment: readingOrNone('the name of an environment', (value) => ({ ok: true, value }))
      .prefault('')
      .describe(
        "empty: the application's label `environment` or `env`, else its destination's namespace, else `production`",
      ),
    degraded_for: durationMs().prefault('2m').describe('how long Degraded must stand to open an incident'),
    degraded_window: durationMs()
      .prefault('30m')
      .describe('how long after a deployment Degraded makes it a change failure'),
    count_aborted: z.boolean().prefault(false).describe('true: operations that a person terminated are failures'),
    lead_time: z
      .boolean()
      .prefault(true)
      .describe('whether lead times are looked up, by the metadata of revisions; false: not at all'),
    forge: forgeSettings(files)
      .nullable()
      .prefault(null)
      .describe('where commits that are named in tags of images are read'),
    stream: z
      .boolean()
      .prefault(false)
      .describe(
        "true: a change that the API's stream tells of brings the next poll sooner, at most ten times in `poll_interval`; polling stays the truth",
      ),
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
