import { expect, it } from 'vitest';
import { goodPoll, keysOf, pageWith, Stage, scrape } from './stage.ts';
import { TOLD, tellStory } from './story.ts';

/** The counters and histograms of a target: what a birth holds back. */
const COUNTED = ['dora_deployments_total', 'dora_change_failures_total', 'dora_recovery_time_seconds_count'];

it('a target that a live event makes known shows 0 for birth_hold, then 1, and the truth by its gauges at once', async () => {
  await using stage = await Stage.open();
  stage.configure({ birth_hold: '2s' });
  const shop = stage.repo('acme/shop');
  await using program = await stage.start();
  expect((await goodPoll(program)).targets()).toEqual([]);

  stage.push(shop, 'failure', 86_000);
  const labels = { app: 'acme/shop', outcome: 'failure' };
  const born = await pageWith(program, (page) => page.targets().length > 0, 'the target appears');
  for (const name of COUNTED)
    expect(
      born
        .all(name)
        .map(({ value }) => value)
        .every((value) => value === 0),
      name,
    ).toBe(true);
  expect(keysOf(born, 'acme/shop', stage.epoch)).toMatchObject({ failureAt: 86_000, open: 1, failures: 0 });

  const grown = await pageWith(program, (page) => page.value('dora_deployments_total', labels) !== 0, 'it counts');
  expect(grown.value('dora_deployments_total', labels)).toBe(1);
  expect(grown.value('dora_change_failures_total', { app: 'acme/shop', cause: 'deployment' })).toBe(1);
  // Held back or not, the series are the same from birth on.
  const names = (page: typeof born) => page.targets().map(({ name, labels }) => `${name} ${Object.values(labels)}`);
  expect(names(grown)).toEqual(names(born));
});

it('a first read of history appears whole, with its totals at once, whatever birth_hold is', async () => {
  await using stage = await Stage.open();
  stage.configure({ birth_hold: '1h' });
  tellStory(stage, stage.repo('acme/shop'));
  await using program = await stage.start();
  const page = await pageWith(program, (page) => page.targets().length > 0, 'the target appears');
  expect(keysOf(page, 'acme/shop', stage.epoch)).toEqual(TOLD);
});

it('after a restart the first scrape shows the totals as committed before, and the next what has happened since', async () => {
  await using stage = await Stage.open();
  const shop = stage.repo('acme/shop');
  tellStory(stage, shop);
  {
    await using program = await stage.start();
    await goodPoll(program);
    expect(await program.stop()).toEqual({ code: 0, signal: null });
  }
  stage.push(shop, 'failure', 1000);
  await using program = await stage.start();
  // Not by /metrics, whose first page this is about.
  await program.until(async () => {
    const answer = await fetch(`${program.url}/api/v1/incidents?state=open`);
    return ((await answer.json()) as { items: unknown[] }).items.length === 1;
  }, 'the new failure is recorded');
  const first = await scrape(program);
  expect(keysOf(first, 'acme/shop', stage.epoch)).toEqual({ ...TOLD, failureAt: 1000, open: 1 });
  const later = await pageWith(
    program,
    (page) => page.value('dora_deployments_total', { outcome: 'failure' }) !== TOLD.failures,
    'a later scrape shows more',
  );
  expect(keysOf(later, 'acme/shop', stage.epoch)).toEqual({ ...TOLD, failureAt: 1000, open: 1, failures: 3 });
});
