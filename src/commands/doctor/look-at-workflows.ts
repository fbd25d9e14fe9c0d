import type { WoodpeckerApi } from '../../sources/woodpecker/api.ts';
import type { Pipeline, Repository } from '../../sources/woodpecker/pipeline.ts';
import type { WoodpeckerSettings } from '../../sources/woodpecker/settings.ts';
import type { Findings } from './finding.ts';

/** How people call the workflow that deploys. */
const DEPLOYS = /deploy|release|rollout|publish|promote|\bprod(uction)?\b/i;

/** Whether the `workflow` rule is right for a repository, by one of its pipelines that deploy. */
export async function lookAtWorkflows(
  pipeline: Pipeline,
  { id, fullName }: Repository,
  api: WoodpeckerApi,
  { workflow }: WoodpeckerSettings,
  findings: Findings,
): Promise<void> {
  const answer = await api.pipeline(id, pipeline.number);
  if (!answer.ok) return;
  const names = (answer.value.workflows ?? []).map(({ name }) => name);
  if (workflow !== null) {
    if (names.length === 0 || names.some((name) => workflow.matches(name))) return;
    const says = `${fullName}: no workflow of pipeline ${pipeline.number} is what workflow asks for, so it does not count; there are ${names.join(', ')}`;
    const asked = 'no workflow of the newest deployment is what workflow asks for, so it does not count';
    findings.add('warning', says, 'mend workflow', { kind: 'other workflows', place: fullName, says: asked });
    return;
  }
  const deploying = names.find((name) => DEPLOYS.test(name));
  if (names.length < 2 || deploying === undefined) return;
  const others = names.filter((name) => name !== deploying);
  findings.add(
    'warning',
    `${fullName}: the workflow ${deploying} looks like the deployment, but a failed ${others.join(' or ')} counts as a failed deployment too`,
    `set workflow: ${deploying}`,
    {
      kind: `looks like the deployment: ${deploying}`,
      place: fullName,
      says: `the workflow ${deploying} looks like the deployment, but a failure of any other counts as a failed deployment too`,
    },
  );
}
