import type { Step, Workflow } from './model.ts';

/** A step as one would describe it; what is left out is unset. */
export type StepDraft = Partial<Step> & Pick<Step, 'name' | 'state'>;

/** A workflow as one would describe it; what is left out is unset. */
export type WorkflowDraft = Partial<Omit<Workflow, 'children'>> &
  Pick<Workflow, 'name' | 'state'> & { readonly children?: readonly StepDraft[] };

// A pipeline has far fewer workflows and steps than this, so ids made from its own are unique on the server.
const IDS_PER_PIPELINE = 100;

/** Numbers workflows and steps as the server does: `pid` runs over the workflows first, then over all steps. */
export function numberWorkflows(pipelineId: number, drafts: readonly WorkflowDraft[]): readonly Workflow[] {
  let stepPid = drafts.length;
  return drafts.map((draft, index) => {
    const pid = draft.pid ?? index + 1;
    return {
      id: pipelineId * IDS_PER_PIPELINE + pid,
      pipeline_id: pipelineId,
      pid,
      error: '',
      started: 0,
      finished: 0,
      agent_id: 0,
      ...draft,
      children: (draft.children ?? []).map((step) => {
        stepPid += 1;
        return numberStep(pipelineId, pid, stepPid, step);
      }),
    };
  });
}

function numberStep(pipelineId: number, ppid: number, pid: number, draft: StepDraft): Step {
  const id = pipelineId * IDS_PER_PIPELINE + pid;
  return {
    id,
    uuid: String(id).padStart(26, '0'),
    pipeline_id: pipelineId,
    pid,
    ppid,
    error: '',
    exit_code: 0,
    started: 0,
    finished: 0,
    type: 'commands',
    ...draft,
  };
}
