import { expect, it } from 'vitest';
import { permutations, shuffledPages } from './shuffled-pages.ts';
import { goodPoll, items, keysOf, Stage } from './stage.ts';
import { STORY, TOLD, tellStory } from './story.ts';

it('B4, B6: F at 100, F at 200, S at 400, S at 900 is one incident of 300 s, told by histogram and timestamps', async () => {
  await using stage = await Stage.open();
  tellStory(stage, stage.repo('acme/shop'));
  await using program = await stage.start();
  const page = await goodPoll(program);

  expect(keysOf(page, 'acme/shop', stage.epoch)).toEqual(TOLD);
  expect(page.value('dora_change_failures_total', { app: 'acme/shop', cause: 'deployment' })).toBe(2);
  expect(page.value('dora_rework_deployments_total', { app: 'acme/shop', cause: 'deployment' })).toBe(1);
  expect(page.all('dora_incident_open_since_timestamp_seconds')).toEqual([]);
  const [incident, ...others] = await items(program, 'incidents');
  expect(others).toEqual([]);
  expect(incident).toMatchObject({ outcome: 'recovered', recovery_seconds: 300, failures: 2, beginning_known: true });
});

it('B3: the success gauge is the same series with and without failures in the history', async () => {
  await using stage = await Stage.open();
  tellStory(stage, stage.repo('acme/shop'));
  const calm = stage.repo('acme/calm');
  for (const [status, second] of STORY) if (status === 'success') stage.push(calm, status, second);
  await using program = await stage.start();
  const page = await goodPoll(program);

  const [ofCalm, ofShop, ...others] = ['acme/calm', 'acme/shop'].flatMap((app) =>
    page.all('dora_deployment_last_success_timestamp', { app }),
  );
  expect(others).toEqual([]);
  expect(ofCalm?.value).toBe(stage.epoch + 900);
  expect({ ...ofCalm, labels: { ...ofCalm?.labels, app: 'acme/shop' } }).toEqual(ofShop);
});

it('B7: what never recovered has no recovery time, no NaN and no 0, but an open incident', async () => {
  await using stage = await Stage.open();
  const broken = stage.repo('acme/broken');
  for (const second of [100, 200]) stage.push(broken, 'failure', second);
  stage.push(stage.repo('acme/calm'), 'success', 300);
  await using program = await stage.start();
  const page = await goodPoll(program);

  const none = { recoveryAt: null, recoverySum: 0, recoveryCount: 0 };
  expect(keysOf(page, 'acme/broken', stage.epoch)).toEqual({
    ...none,
    failureAt: 100,
    lastSuccessAt: null,
    failures: 2,
    successes: 0,
    open: 1,
  });
  expect(page.value('dora_incident_open_since_timestamp_seconds', { app: 'acme/broken' })).toBe(stage.epoch + 100);
  expect(keysOf(page, 'acme/calm', stage.epoch)).toMatchObject({ ...none, failureAt: null, open: 0 });
  for (const { name, value } of page.targets()) {
    expect(value, name).not.toBeNaN();
    if (name.endsWith('_timestamp')) expect(value, name).toBeGreaterThan(stage.epoch);
  }
});

it('B9: a success before the failure closes nothing, and clocks that disagree give no negative time', async () => {
  await using stage = await Stage.open();
  const late = stage.repo('acme/late');
  stage.push(late, 'failure', 100);
  stage.push(late, 'success', 90);
  const skewed = stage.repo('acme/skewed');
  stage.push(skewed, 'failure', 100);
  // The agent's clock is behind: it ended before it was made.
  const made = stage.epoch + 150;
  stage.push(skewed, 'success', 40, { created: made, started: stage.epoch + 10, updated: made + 60 });
  await using program = await stage.start();
  const page = await goodPoll(program);

  expect(keysOf(page, 'acme/late', stage.epoch)).toMatchObject({ open: 1, failureAt: 100, recoveryAt: null });
  expect(keysOf(page, 'acme/skewed', stage.epoch)).toMatchObject({ open: 0, recoveryAt: 150, recoverySum: 50 });
  for (const { value } of page.all('dora_recovery_time_seconds_sum')) expect(value).toBeGreaterThanOrEqual(0);
});

it('the pages of the first read give the same in any order', async () => {
  await using stage = await Stage.open();
  const orders = permutations([1, 2, 3]);
  const pagesOf = new Map<number, readonly number[]>();
  for (const order of orders) {
    const repo = stage.repo(`acme/order-${order.join('')}`);
    pagesOf.set(repo.id, order);
    const noise = (count: number) => {
      for (let i = 0; i < count; i += 1) stage.push(repo, 'failure', 50 + i, { event: 'pull_request' });
    };
    // Three full pages of 50, newest first: the last success, then the run of failures and the recovery, then the start.
    stage.push(repo, 'failure', 100);
    noise(49);
    stage.push(repo, 'failure', 200);
    noise(48);
    stage.push(repo, 'success', 400);
    noise(49);
    stage.push(repo, 'success', 900);
  }
  await using shuffled = await shuffledPages(stage.woodpecker.url, pagesOf);
  stage.configure({}, { url: shuffled.url });
  await using program = await stage.start();
  const page = await goodPoll(program);
  for (const order of orders) expect(keysOf(page, `acme/order-${order.join('')}`, stage.epoch)).toEqual(TOLD);
});
