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
    token_file: secretFile(files).describe('a personal access token'),
    deployments: z
      .boolean()
      .prefault(true)
      .describe(
        'false: these pipelines are builds. They count nowhere; the commits of what they built are told by the deployments of another source (`forge` of Argo CD)',
      ),
    backfill: durationMs()
      .prefault('90d')
      .describe('how far back a repository is read when it is first seen; `0s`: not at all'),
    settle: durationMs()
      .prefault('2m')
      .describe(
        'how long a verdict that may still change must have stood before it is believed; `0s`: it is believed at once',
      ),
    events: z
      .array(pipelineEvent())
      .min(1)
      .prefault(['push', 'deployment', 'manual'])
      .describe(
        'events whose pipelines deploy. Also `tag`, `release`, `cron`, and `pull_request_closed`, which fires for requests that were closed unmerged too. Where pushes only build and deployments deploy: `[deployment]`. Not `pull_request` and `pull_request_metadata`: they run before a change is merged',
      ),
    branches: nameMatchers()
      .prefault([])
      .describe(
        "names or /regex/ of branches that deploy besides each repository's default branch; looked at for push, manual and cron",
      ),
    repositories: z
      .array(repository())
      .pipe(nameMatchers())
      .prefault([])
      .describe('`owner/name` or /regex/; empty: all that the token sees'),
    workflow: nameMatcherOrNone()
      .prefault('')
      .describe(
        "name or /regex/ of the workflow whose outcome is the deployment's; empty: the whole pipeline's is, so that a failed lint is a failed deployment",
      ),
    environment: nameText().prefault('production').describe('of pipelines with an empty `deploy_to`'),
    environments: z.array(nameText()).prefault([]).describe('values of `deploy_to` that count; empty: all'),
    count_killed: z
      .boolean()
      .prefault(false)
      .describe('true: killed without a known cause (a time-out, an agent that was shut down) is a failure'),
    count_errors: z
      .boolean()
      .prefault(false)
      .describe('true: the status `error` (the pipeline could not be made) is a failure, unless `workflow` is set'),
    forge: forgeSettings(files)
      .nullable()
      .prefault(null)
      .describe('where commits are read, for lead time; without it lead times of this source are unknown (`no_forge`)'),
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
    .refine((text) => isRegex(text) || text.includes('/'), { error: ({ input }) => mismatch(right, input) })
    .meta({ takes: right });
}
