import { expect, it } from 'vitest';
import type { Repo } from '../../src/demo/woodpecker/model.ts';
import { goodPoll, keysOf, pageWith, Stage } from './stage.ts';
import { TOLD, tellStory } from './story.ts';

/** Pipelines that are no deployments, whatever else is true of them, and how they are counted when they come live. */
const STATUSES = {
  created: null,
  blocked: null,
  pending: null,
  running: null,
  weird: null,
  canceled: 'canceled',
  declined: 'declined',
  skipped: 'skipped',
  error: 'error',
  killed: 'killed',
} as const;
const EVENTS = ['pull_request', 'pull_request_closed', 'pull_request_metadata', 'tag', 'release', 'cron', 'unheard_of'];

/** One pipeline of each status and event that must not count; they end while the story's incident is open. */
function addNoise(stage: Stage, repo: Repo): void {
  for (const status of Object.keys(STATUSES)) {
    stage.push(repo, status, 300);
    stage.push(repo, status, 300, { started: 0 });
  }
  for (const status of ['success', 'failure']) {
    stage.push(repo, status, 300, { started: 0 });
    stage.push(repo, status, 300, { branch: 'feature' });
    for (const event of EVENTS) stage.push(repo, status, 300, { event });
  }
}

/** What of the noise is counted as ignored when it is not read as history, by reason. */
const IGNORED = {
  event: 2 * EVENTS.length,
  branch: 2,
  canceled: 2,
  declined: 2,
  skipped: 2,
  error: 2,
  killed: 1,
  not_run: 3,
};

it('B5: pipelines of each other status and event, other branches and runs that never started change nothing', async () => {
  await using stage = await Stage.open();
  const shop = stage.repo('acme/shop');
  tellStory(stage, shop);
  addNoise(stage, shop);
  const noisy = stage.repo('acme/noisy');
  addNoise(stage, noisy);
  await using program = await stage.start();
  const asHistory = await goodPoll(program);

  expect(keysOf(asHistory, 'acme/shop', stage.epoch)).toEqual(TOLD);
  expect(asHistory.targets({ app: 'acme/noisy' })).toEqual([]);
  expect(asHistory.all('dora_deployments_ignored_total').filter(({ value }) => value > 0)).toEqual([]);

  addNoise(stage, shop);
  const total = Object.values(IGNORED).reduce((sum, count) => sum + count, 0);
  const live = await pageWith(
    program,
    (page) => page.all('dora_deployments_ignored_total').reduce((sum, { value }) => sum + value, 0) >= total,
    'all that came live is ignored',
  );
  const ignored = live.all('dora_deployments_ignored_total').filter(({ value }) => value > 0);
  expect(Object.fromEntries(ignored.map(({ labels, value }) => [labels['reason'], value]))).toEqual(IGNORED);
  expect(live.targets()).toEqual(asHistory.targets());
});

it('B5: a failure without an end takes that of its last workflow, else the last change, never 0', async () => {
  await using stage = await Stage.open();
  const [bare, built] = [stage.repo('acme/bare'), stage.repo('acme/built')];
  stage.push(bare, 'failure', 100, { finished: 0 });
  const at = { started: stage.epoch + 60, finished: stage.epoch + 95 };
  stage.push(built, 'failure', 100, { finished: 0, workflows: [{ name: 'deploy', state: 'failure', ...at }] });
  await using program = await stage.start();
  const page = await goodPoll(program);

  expect(keysOf(page, 'acme/bare', stage.epoch).failureAt).toBe(100);
  expect(keysOf(page, 'acme/built', stage.epoch).failureAt).toBe(95);
});
