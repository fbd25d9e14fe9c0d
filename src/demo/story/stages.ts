import type { PipelineFields } from '../woodpecker/pipelines.ts';
import type { WorkflowDraft } from '../woodpecker/workflows.ts';
import type { Run } from './run.ts';
import { built, waiting, workflowsOf } from './run-workflows.ts';

/** What a pipeline's row looks like from a moment on, in unix seconds. */
export interface Stage {
  readonly from: number;
  readonly fields: PipelineFields;
}

// Who approves, declines and cancels in the story.
const OPERATOR = 'erin';

/** The stages of a run in their order, as a server from 3.14 on goes through them. */
export function stagesOf(run: Run): readonly [Stage, ...Stage[]] {
  const created: Stage = { from: run.created, fields: { status: 'created', updated: run.created } };
  if (run.end === 'error') return [configError(run)];
  if (run.end === 'declined') return [created, blocked(run), declined(run)];
  const pending = stage(run.created + 1, 'pending', workflowsOf(run, waiting('pending'), waiting('pending')));
  if (run.end === 'canceled') return [created, pending, canceled(run)];
  return [created, pending, building(run), ...(run.end === 'build_failed' ? [buildFailed(run)] : afterBuild(run))];
}

/** When the run is over, in unix seconds. */
export function endOf(run: Run): number {
  const last = stagesOf(run).at(-1);
  return last?.from ?? run.created;
}

/** The row of the run at a moment; one before it began is treated as its beginning. */
export function stageAt(run: Run, at: number): Stage {
  const stages = stagesOf(run);
  return stages.findLast((candidate) => candidate.from <= at) ?? stages[0];
}

function afterBuild(run: Run): Stage[] {
  if (!run.deploys) return [stage(run.built, 'success', workflowsOf(run, built(run), null), ends(run, run.built))];
  const deploying = workflowsOf(run, built(run), { state: 'running', started: run.built });
  return [stage(run.built, 'running', deploying, { started: run.started }), deployEnded(run)];
}

function deployEnded(run: Run): Stage {
  const times = { started: run.built, finished: run.deployed };
  const ended = ends(run, run.deployed);
  const killed = workflowsOf(run, built(run), { ...times, state: 'killed', error: 'Canceled' });
  switch (run.end) {
    case 'deploy_failed':
      return stage(run.deployed, 'failure', workflowsOf(run, built(run), { ...times, state: 'failure' }), ended);
    case 'killed':
      return stage(run.deployed, 'killed', killed, { ...ended, cancel_info: { canceled_by_user: OPERATOR } });
    // A superseded run learns by which number when that pipeline is made.
    case 'superseded':
    case 'timed_out':
      return stage(run.deployed, 'killed', killed, ended);
    default:
      return stage(run.deployed, 'success', workflowsOf(run, built(run), { ...times, state: 'success' }), ended);
  }
}

function building(run: Run): Stage {
  const running = workflowsOf(run, { state: 'running', started: run.started }, waiting('pending'));
  return stage(run.started, 'running', running, { started: run.started });
}

function buildFailed(run: Run): Stage {
  const failed = { state: 'failure', started: run.started, finished: run.built };
  const skipped = { state: 'skipped', step: 'killed' };
  // The skipped workflow is the last one that the server hears of, and it has no end.
  return stage(run.built, 'failure', workflowsOf(run, failed, skipped), ends(run, run.deploys ? 0 : run.built));
}

function canceled(run: Run): Stage {
  const skipped = { state: 'skipped', step: 'canceled' };
  const fields = { finished: run.started, cancel_info: { canceled_by_user: OPERATOR } };
  return stage(run.started, 'canceled', workflowsOf(run, skipped, skipped), fields);
}

function blocked(run: Run): Stage {
  return stage(run.created + 1, 'blocked', workflowsOf(run, waiting('blocked'), waiting('blocked')));
}

function declined(run: Run): Stage {
  const fields = { reviewed: run.started, reviewed_by: OPERATOR };
  return stage(run.started, 'declined', workflowsOf(run, waiting('declined'), waiting('declined')), fields);
}

function configError(run: Run): Stage {
  const errors = [
    { type: 'compiler', message: 'yaml: line 3: did not find expected key', is_warning: false, data: null },
  ];
  return stage(run.created, 'error', [], { errors, started: run.created, finished: run.created });
}

function ends(run: Run, finished: number): PipelineFields {
  return { started: run.started, finished };
}

function stage(from: number, status: string, drafts: WorkflowDraft[], fields: PipelineFields = {}): Stage {
  return { from, fields: { status, updated: from, workflows: drafts, ...fields } };
}
