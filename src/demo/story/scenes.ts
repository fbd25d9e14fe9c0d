import { between, betweenMagnitudes, chance, pick } from '../random.ts';
import { type Planner, planAgain, planPullRequest, planRun } from './plan-run.ts';
import type { End, Run } from './run.ts';
import { endOf } from './stages.ts';

/** A piece of work on one repository: its runs, in the order in which they begin. `at` in unix seconds. */
export type Scene = (planner: Planner, at: number) => Run[];

/** Something goes live: after a pull request by a push, or step by step up to production where a push only builds. */
export const ship: Scene = (planner, at) => {
  const pull = planPullRequest(planner, at, chance(planner.random, 0.2) ? 'build_failed' : 'success');
  const push = planRun(planner, pause(planner, pull));
  return [pull, push, ...promotions(planner, push, 'success')];
};

/** What ships is broken, now and then more than once, until a restart or a repair helps. */
export const incident: Scene = (planner, at) => {
  const { random } = planner;
  const broken: End = chance(random, 0.25) ? 'build_failed' : 'deploy_failed';
  const push = planRun(planner, at, { end: planner.character.deploysBy === 'push' ? broken : 'success' });
  const runs = [push, ...promotions(planner, push, 'deploy_failed')];
  const failed = runs.at(-1) ?? push;
  const repairAt = endOf(failed) + betweenMagnitudes(random, planner.pace.repair);
  const again = planAgain(planner, pause(planner, failed), failed, { end: 'deploy_failed' });
  if (endOf(again) < repairAt && chance(random, 0.3)) runs.push(again);
  const restarts = planner.character.deploysBy === 'promotion' || chance(random, 0.4);
  const fields = { message: 'Repair what the last change broke' };
  runs.push(
    restarts ? planAgain(planner, repairAt, failed, { end: 'success' }) : planRun(planner, repairAt, { fields }),
  );
  return runs;
};

/** A run ends early for no fault of the change, and is started again. */
export const interrupted: Scene = (planner, at) => {
  const end = pick<End>(planner.random, ['killed', 'canceled', 'timed_out']);
  const first = planRun(planner, at, { end });
  return [first, planAgain(planner, pause(planner, first), first, { end: 'success' })];
};

/** A second push comes while the first still deploys. */
export const superseded: Scene = (planner, at) => {
  const first = planRun(planner, at, { end: 'superseded' });
  return [first, planRun(planner, endOf(first), { supersedes: first })];
};

/** The configuration of the pipeline is broken, and then repaired. */
export const misconfigured: Scene = (planner, at) => {
  const first = planRun(planner, at, { end: 'error' });
  return [first, planRun(planner, pause(planner, first), { fields: { message: 'Repair the pipeline' } })];
};

/** A release gets its tag. */
export const tagged: Scene = (planner, at) => {
  const tag = `v${between(planner.random, [1, 9])}.${between(planner.random, [0, 30])}.0`;
  const fields = { event: 'tag', branch: '', ref: `refs/tags/${tag}`, tag_title: tag, message: `created tag ${tag}` };
  return [planRun(planner, at, { fields: { ...fields, changed_files: [] } })];
};

/** Somebody does not approve. */
export const refused: Scene = (planner, at) => [planRun(planner, at, { end: 'declined' })];

/** The nightly run, which deploys nothing that was not there before. */
export const nightly: Scene = (planner, at) => {
  const end = chance(planner.random, 0.1) ? 'build_failed' : 'success';
  const cron = { event: 'cron', cron: 'nightly', message: 'nightly', author: '', sender: '', author_email: '' };
  return [planRun(planner, at, { end, deploys: false, fields: { ...cron, changed_files: [] } })];
};

const RARE: readonly [Scene, ...Scene[]] = [misconfigured, tagged];
const RARE_WITH_DEPLOYMENTS: readonly [Scene, ...Scene[]] = [...RARE, interrupted, superseded];

/** What happens next on a repository, by how its team works. */
export function nextScene({ character, random }: Planner): Scene {
  if (chance(random, character.failureRate)) return incident;
  if (character.gated && chance(random, 0.2)) return refused;
  if (chance(random, 0.8)) return ship;
  return pick(random, character.deploysBy === 'push' ? RARE_WITH_DEPLOYMENTS : RARE);
}

/** Deployments of a push that only built to staging and on to production, the last one ending as `end`. */
function promotions(planner: Planner, push: Run, end: End): Run[] {
  if (planner.character.deploysBy === 'push') return [];
  const to = (environment: string) => ({ event: 'deployment', deploy_to: environment });
  const staging = planAgain(planner, pause(planner, push), push, { deploys: true, fields: to('staging') });
  const again = { deploys: true, end, fields: to('production') };
  return [staging, planAgain(planner, pause(planner, staging), staging, again)];
}

function pause(planner: Planner, after: Run): number {
  return endOf(after) + between(planner.random, planner.pace.pause);
}
