import { z } from 'zod';
import { isRegex, type NameMatcher } from '../../domain/name-matcher.ts';
import type { Secret } from '../../domain/secret.ts';
import { type ForgeSettings, forgeSettings } from '../forge-settings.ts';
import {
  durationMs,
  type Files,
  mismatch,
  nameMatcherOrNone,
  nameMatchers,
  nameText,
  secretFile,
  strict,
} from '../setting-pieces.ts';
import { commonSettings, commonShape, type SourceSettings } from '../settings.ts';

/** The events of pipelines that can deploy (counting.md §1 rule 2). */
const EVENTS = ['push', 'deployment', 'manual', 'tag', 'release', 'cron', 'pull_request_closed'] as const;

/** What the configuration says of one Woodpecker server. */
export interface WoodpeckerSettings extends SourceSettings {
  readonly type: 'woodpecker';
  readonly token: Secret;
  /** False: its pipelines are builds, which count nowhere. */
  readonly deployments: boolean;
  /** How much history is read when a repository is first seen. */
  readonly backfillMs: number;
  /** How long a verdict that may still change must have stood. */
  readonly settleMs: number;
  readonly events: ReadonlySet<string>;
  /** Besides each repository's default branch. */
  readonly branches: readonly NameMatcher[];
  /** Empty: all that the token sees. */
  readonly repositories: readonly NameMatcher[];
  /** Null: the pipeline's own status is the outcome. */
  readonly workflow: NameMatcher | null;
  /** Where `deploy_to` is empty. */
  readonly environment: string;
  /** Values of `deploy_to` that count; empty: all. */
  readonly environments: readonly string[];
  readonly countKilled: boolean;
  readonly countErrors: boolean;
  readonly forge: ForgeSettings | null;
}

export function woodpeckerSettings(files: Files) {
  const shape = commonShape(files, {
    name: 'woodpecker',
    pollInterval: '30s',
    requestTimeout: '15s',
    maxBody: '64MiB',
  });
  return strict({
    type: z.literal('woodpecker'),
    ...shape,
    token_file: secretFile(files),
    deployments: z.boolean().prefault(true),
    backfill: durationMs().prefault('90d'),
    settle: durationMs().prefault('2m'),
    events: z.array(pipelineEvent()).min(1).prefault(['push', 'deployment', 'manual']),
    branches: nameMatchers().prefault([]),
    repositories: z.array(repository()).pipe(nameMatchers()).prefault([]),
    workflow: nameMatcherOrNone().prefault(''),
    environment: nameText().prefault('production'),
    environments: z.array(nameText()).prefault([]),
    count_killed: z.boolean().prefault(false),
    count_errors: z.boolean().prefault(false),
    forge: forgeSettings(files).nullable().prefault(null),
  }).transform(
    (keys): WoodpeckerSettings => ({
      type: keys.type,
      ...commonSettings(keys),
      token: keys.token_file,
      deployments: keys.deployments,
      backfillMs: keys.backfill,
      settleMs: keys.settle,
      events: new Set(keys.events),
      branches: keys.branches,
      repositories: keys.repositories,
      workflow: keys.workflow,
      environment: keys.environment,
      environments: keys.environments,
      countKilled: keys.count_killed,
      countErrors: keys.count_errors,
      forge: keys.forge,
    }),
  );
}

function pipelineEvent() {
  return z.enum(EVENTS, {
    error: ({ input }) =>
      input === 'pull_request' || input === 'pull_request_metadata'
        ? `"${input}" runs before a change is merged, so it never deploys; give any of ${EVENTS.join(', ')}`
        : mismatch(`any of ${EVENTS.join(', ')}`, input),
  });
}

/** An exact name without its owner would silently match nothing. */
function repository() {
  const right = 'owner/name, or /a regular expression/';
  return z
    .string({ error: ({ input }) => mismatch(right, input) })
    .refine((text) => isRegex(text) || text.includes('/'), { error: ({ input }) => mismatch(right, input) });
}
