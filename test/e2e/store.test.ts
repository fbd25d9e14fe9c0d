import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { goodPoll, items, keysOf, pageWith, Stage } from './stage.ts';
import { STORY, TOLD } from './story.ts';

it('B12: a poll that the locked ledger does not take fails as store, shows nothing of it, and is recorded whole later', async () => {
  await using stage = await Stage.open();
  const shop = stage.repo('acme/shop');
  const [first, ...rest] = STORY;
  stage.push(shop, ...first);
  const other = stage.repo('acme/other');
  stage.push(other, 'success', 50);
  await using program = await stage.start();
  const before = await goodPoll(program);

  using elsewhere = new DatabaseSync(stage.ledger);
  elsewhere.exec('begin exclusive');
  for (const [status, second] of rest) stage.push(shop, status, second);
  stage.push(other, 'failure', 60);
  const locked = await pageWith(
    program,
    (page) => (page.value('dora_collector_poll_failures_total', { reason: 'store' }) ?? 0) >= 1,
    'a poll failed for the store',
  );
  expect(locked.targets()).toEqual(before.targets());
  expect(locked.value('dora_collector_up')).toBe(0);
  const collectors = await items(program, 'collectors');
  expect(collectors[0]?.['last_failure']).toMatchObject({ reason: 'store' });

  const page = await (await fetch(program.url)).text();
  expect(page).toMatch(/The ledger (takes nothing at the moment|does not answer)/);
  expect(page).toContain('The ledger did not take what was read');
  expect(page).toContain('<bdi>acme/shop</bdi>');

  elsewhere.exec('rollback');
  const unlocked = await pageWith(program, (page) => page.value('dora_collector_up') === 1, 'the next poll is good');
  expect(keysOf(unlocked, 'acme/shop', stage.epoch)).toEqual(TOLD);
  expect(unlocked.value('dora_deployments_total', { app: 'acme/other', outcome: 'failure' })).toBe(1);
  expect(await items(program, 'deployments')).toHaveLength(6);
});
