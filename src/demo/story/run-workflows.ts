import type { StepDraft, WorkflowDraft } from '../woodpecker/workflows.ts';
import type { Run } from './run.ts';

/** What is told of one workflow and of its one step. Times are unix seconds. */
export interface Part {
  readonly state: string;
  readonly started?: number;
  readonly finished?: number;
  readonly error?: string;
  /** The state of its one step, where that differs. */
  readonly step?: string;
}

/** A workflow that no agent took yet. */
export function waiting(state: string): Part {
  return { state };
}

/** The build of a run that got past it. */
export function built(run: Run): Part {
  return { state: 'success', started: run.started, finished: run.built };
}

/** The workflows of a run: its build, and what comes after it where it deploys. */
export function workflowsOf(run: Run, build: Part, deploy: Part | null): WorkflowDraft[] {
  const drafts = [workflow('build', 'compile', build)];
  if (run.deploys && deploy !== null) drafts.push(workflow('deploy', 'rollout', deploy));
  return drafts;
}

function workflow(name: string, stepName: string, part: Part): WorkflowDraft {
  const { state, started = 0, finished = 0, error = '' } = part;
  const step: StepDraft = {
    name: stepName,
    state: part.step ?? state,
    exit_code: state === 'failure' ? 1 : 0,
    error,
    started,
    finished,
  };
  return { name, state, started, finished, error, agent_id: started === 0 ? 0 : 1, children: [step] };
}
