import type { Deployment } from '../../domain/deployment.ts';
import type { Pipeline } from './pipeline.ts';
import type { WoodpeckerSettings } from './settings.ts';

/** What a person wants to know of a pipeline: where it came from, and the step that failed it. */
export function detailsOf(
  pipeline: Pipeline,
  { workflow: wanted }: Pick<WoodpeckerSettings, 'workflow'>,
): Deployment['details'] {
  const details: Record<string, string | number> = { event: pipeline.event };
  if (pipeline.branch !== '') details['branch'] = pipeline.branch;
  if (pipeline.deployTo !== '') details['deploy_to'] = pipeline.deployTo;
  if (pipeline.deployTask !== '') details['deploy_task'] = pipeline.deployTask;
  const looked = (pipeline.workflows ?? []).filter(({ name }) => wanted === null || wanted.matches(name));
  for (const workflow of looked) {
    if (workflow.state !== 'failure' && workflow.state !== 'killed') continue;
    // A step that may fail is told as failed too, so the one that ended the workflow is the last to have failed.
    const step = workflow.steps.findLast(({ state, exitCode }) => state === 'failure' && exitCode !== 0);
    if (step === undefined) continue;
    return { ...details, workflow: workflow.name, step: step.name, exit_code: step.exitCode };
  }
  return details;
}
