import type { IgnoredReason } from '../../domain/batch.ts';
import type { Outcome } from '../../domain/deployment.ts';
import { endOf } from './end-of.ts';
import type { Pipeline, Repository, Workflow } from './pipeline.ts';
import type { WoodpeckerSettings } from './settings.ts';
import { tellsCancels } from './version.ts';

/** What the rules of counting.md §1 make of a pipeline. */
export type Verdict =
  | {
      readonly kind: 'deployment';
      readonly outcome: Outcome;
      readonly at: number;
      readonly durationMs: number | null;
      readonly rule: string;
    }
  | { readonly kind: 'ignored'; readonly reason: IgnoredReason }
  /** Nothing to decide before this moment of the upstream's time; null: before its state changes. */
  | { readonly kind: 'open'; readonly until: number | null }
  /** Its workflows must be known. */
  | { readonly kind: 'needs_details' }
  /** The newer pipelines of its repository must be known. */
  | { readonly kind: 'needs_newer' };

/** What the rules look at besides the pipeline. */
export interface Circumstances {
  readonly repository: Pick<Repository, 'cancelPrevious'>;
  readonly settings: Pick<WoodpeckerSettings, 'workflow' | 'settleMs' | 'countKilled' | 'countErrors'>;
  /** The upstream's time of the answer that gave the pipeline, in milliseconds since the epoch. */
  readonly date: number;
  /** Read as history: a failure needs no details then. */
  readonly backfill: boolean;
  /** Newer pipelines of the repository; null: not read. */
  readonly newer: readonly Pick<Pipeline, 'number' | 'branch' | 'event' | 'created'>[] | null;
}

/** States of workflows that did not run (rule 6). */
const NOT_RUN = new Set(['skipped', 'blocked', 'pending', 'declined', 'canceled', 'created']);

/** Rules 3 to 9 for a pipeline that rule 2 let pass. The first rule that applies decides. */
export function verdictOn(pipeline: Pipeline, circumstances: Circumstances): Verdict {
  const { settings } = circumstances;
  switch (pipeline.status) {
    case 'canceled':
    case 'declined':
    case 'skipped':
      return { kind: 'ignored', reason: pipeline.status };
    case 'error':
      if (!settings.countErrors || settings.workflow !== null) return { kind: 'ignored', reason: 'error' };
      return deployment('failure', pipeline, [], circumstances, 'status error, which count_errors counts');
    case 'success':
    case 'failure':
    case 'killed':
      return verdictOnEnded(pipeline, circumstances);
    default:
      return { kind: 'open', until: null };
  }
}

function verdictOnEnded(pipeline: Pipeline, circumstances: Circumstances): Verdict {
  const { settings, date, backfill } = circumstances;
  const old = !tellsCancels(pipeline.version);
  const settled = pipeline.updated + settings.settleMs;
  if ((pipeline.status === 'killed' || (pipeline.status === 'failure' && old)) && date < settled) {
    return { kind: 'open', until: settled };
  }
  if (pipeline.started === 0) return { kind: 'ignored', reason: whyNotRun(pipeline) };
  if (pipeline.workflows === null && wantsDetails(pipeline, settings, old, backfill)) return { kind: 'needs_details' };

  const all = pipeline.workflows ?? [];
  const { workflow: wanted } = settings;
  const looked = wanted === null ? all : all.filter((workflow) => wanted.matches(workflow.name) && ran(workflow));
  if (wanted !== null && looked.length === 0) return { kind: 'ignored', reason: 'workflow' };
  const outcome = wanted === null ? pipeline.status : outcomeOf(looked, pipeline.status);
  const about =
    wanted === null ? `status ${pipeline.status}` : `workflow ${looked.map(({ name }) => name).join(', ')}: ${outcome}`;

  if (outcome === 'success') return deployment('success', pipeline, looked, circumstances, about);
  if (outcome === 'failure' && !(old && cutShort(looked)))
    return deployment('failure', pipeline, looked, circumstances, about);
  return verdictOnKilled(
    pipeline,
    looked,
    circumstances,
    outcome === 'failure' ? `${about}, every failed workflow was cancelled` : about,
  );
}

/** Rule 8. A row that rule 7 brought here says nothing about who cancelled it. */
function verdictOnKilled(
  pipeline: Pipeline,
  looked: readonly Workflow[],
  circumstances: Circumstances,
  about: string,
): Verdict {
  const { canceled } = pipeline;
  const told =
    pipeline.status === 'killed' && (canceled.byUser || canceled.byStep !== '' || canceled.supersededBy !== 0);
  if (told && canceled.supersededBy !== 0) return { kind: 'ignored', reason: 'superseded' };
  if (!told && circumstances.repository.cancelPrevious.includes(pipeline.event)) {
    if (circumstances.newer === null) return { kind: 'needs_newer' };
    if (circumstances.newer.some((newer) => supersedes(newer, pipeline)))
      return { kind: 'ignored', reason: 'superseded' };
  }
  if (told && canceled.byUser) return { kind: 'ignored', reason: 'killed_user' };
  if (told && looked.some(({ steps }) => steps.some(({ name }) => name === canceled.byStep))) {
    return deployment(
      'failure',
      pipeline,
      looked,
      circumstances,
      `${about}, cancelled by the failed step ${canceled.byStep}`,
    );
  }
  if (!circumstances.settings.countKilled) return { kind: 'ignored', reason: 'killed' };
  return deployment(
    'failure',
    pipeline,
    looked,
    circumstances,
    `${about} without a known cause, which count_killed counts`,
  );
}

function deployment(
  outcome: Outcome,
  pipeline: Pipeline,
  looked: readonly Workflow[],
  { settings }: Circumstances,
  rule: string,
): Verdict {
  const { at, durationMs } = endOf(pipeline, settings.workflow === null ? null : looked);
  return at === null ? { kind: 'ignored', reason: 'no_time' } : { kind: 'deployment', outcome, at, durationMs, rule };
}

/** Rule 5. Only under `killed` does `cancel_info` mean something: a restart copies it onto a success. */
function whyNotRun({ status, canceled }: Pipeline): IgnoredReason {
  if (status !== 'killed') return 'not_run';
  if (canceled.supersededBy !== 0) return 'superseded';
  return canceled.byUser ? 'killed_user' : 'not_run';
}

/** The one GET that is made of a pipeline, and when (end of counting.md §1). */
function wantsDetails(
  pipeline: Pipeline,
  settings: Circumstances['settings'],
  old: boolean,
  backfill: boolean,
): boolean {
  if (settings.workflow !== null || pipeline.finished === 0) return true;
  if (pipeline.status === 'killed') return pipeline.canceled.byStep !== '';
  return pipeline.status === 'failure' && (old || !backfill);
}

function ran({ started, state }: Workflow): boolean {
  return started !== 0 && !NOT_RUN.has(state);
}

/** Rule 6. */
function outcomeOf(looked: readonly Workflow[], status: string): string {
  const states = new Set(looked.map(({ state }) => state));
  if (states.has('failure') || states.has('error')) return 'failure';
  if (states.has('killed')) return 'killed';
  return states.size === 1 && states.has('success') ? 'success' : status;
}

/** Rule 7: servers before 3.14 report a cancel or a time-out as a failure. */
function cutShort(looked: readonly Workflow[]): boolean {
  const failed = looked.filter(({ state }) => state === 'failure' || state === 'error' || state === 'killed');
  return (
    failed.length > 0 &&
    failed.every(({ error }) => error === 'Canceled' || /context canceled|deadline exceeded/.test(error))
  );
}

function supersedes(newer: Pick<Pipeline, 'number' | 'branch' | 'event' | 'created'>, pipeline: Pipeline): boolean {
  const ended = pipeline.finished === 0 ? pipeline.updated : pipeline.finished;
  return (
    newer.number > pipeline.number &&
    newer.branch === pipeline.branch &&
    newer.event === pipeline.event &&
    newer.created <= ended
  );
}
