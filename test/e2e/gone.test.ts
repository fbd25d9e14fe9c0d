import { expect, it } from 'vitest';
import { removeRepo, setActive } from '../../src/demo/woodpecker/state.ts';
import { goodPoll, items, keysOf, pageWith, Stage } from './stage.ts';
import { TOLD, tellStory } from './story.ts';

it('B10, B18: a repository that is no longer listed loses all its series at once after forget_after, its incident abandoned; back again, so is its history', async () => {
  await using stage = await Stage.open();
  const failing = stage.repo('acme/failing');
  tellStory(stage, failing);
  stage.push(failing, 'failure', 1000);
  tellStory(stage, stage.repo('acme/stays'));
  // The same server twice: what one source has forgotten the other still knows.
  stage.configure({}, { name: 'short', forget_after: '1s' }, { name: 'long' });
  await using program = await stage.start();
  const before = await goodPoll(program, 'short');
  await goodPoll(program, 'long');
  const labels = { source: 'short', app: 'acme/failing' };

  setActive(failing, false);
  const sizes = new Set<number>();
  const gone = await pageWith(
    program,
    (page) => {
      sizes.add(page.targets(labels).length);
      return page.targets(labels).length === 0;
    },
    'the series are gone',
  );
  // All of them or none.
  expect([...sizes]).toEqual([before.targets(labels).length, 0]);
  expect(gone.targets({ source: 'long', app: 'acme/failing' })).toHaveLength(before.targets(labels).length);
  expect(gone.targets({ source: 'short', app: 'acme/stays' })).toEqual(
    before.targets({ source: 'short', app: 'acme/stays' }),
  );
  const [incident] = await items(program, 'incidents?source=short&app=acme/failing');
  expect(incident).toMatchObject({ outcome: 'abandoned', recovery_seconds: null });
  const abandoned = { source: 'short', operation: 'close', outcome: 'abandoned', origin: 'poll' };
  expect(gone.value('dora_incident_transitions_total', abandoned)).toBe(1);

  setActive(failing, true);
  const back = await pageWith(program, (page) => page.targets(labels).length > 0, 'the series are back');
  expect(back.targets(labels)).toEqual(before.targets(labels));
  expect(keysOf(back, 'acme/failing', stage.epoch, { source: 'short' })).toEqual({
    ...TOLD,
    failures: 3,
    failureAt: 1000,
    open: 1,
  });
});

it('B18: a repository that was deleted and made again, with a new id and no pipelines, has its history back', async () => {
  await using stage = await Stage.open();
  stage.configure({}, { forget_after: '1s' });
  const doomed = stage.repo('acme/doomed');
  stage.push(doomed, 'success', 50);
  stage.push(doomed, 'failure', 100);
  stage.push(stage.repo('acme/stays'), 'success', 100);
  await using program = await stage.start();
  const before = await goodPoll(program);
  const labels = { app: 'acme/doomed' };

  removeRepo(stage.woodpecker.state, doomed);
  await pageWith(program, (page) => page.targets(labels).length === 0, 'the series are gone');
  expect(stage.repo('acme/doomed').id).not.toBe(doomed.id);
  const back = await pageWith(program, (page) => page.targets(labels).length > 0, 'the series are back');
  expect(back.targets(labels)).toEqual(before.targets(labels));
});

it('B10: a failing target stays so when later runs are killed, cancelled or declined', async () => {
  await using stage = await Stage.open();
  const shop = stage.repo('acme/shop');
  stage.push(shop, 'failure', 100);
  await using program = await stage.start();
  const before = await goodPoll(program);
  expect(before.value('dora_incident_open')).toBe(1);

  for (const status of ['killed', 'canceled', 'declined', 'skipped']) stage.push(shop, status, 200);
  const after = await pageWith(
    program,
    (page) => page.all('dora_deployments_ignored_total').filter(({ value }) => value === 1).length === 4,
    'each is ignored for its own reason',
  );
  expect(after.targets()).toEqual(before.targets());
});

it('B18: a listing that becomes empty is a failed poll, and nothing is forgotten for it', async () => {
  await using stage = await Stage.open();
  tellStory(stage, stage.repo('acme/shop'));
  stage.configure({}, { forget_after: '1s' });
  await using program = await stage.start();
  const before = await goodPoll(program);
  stage.woodpecker.faults.add({ kind: 'null' });
  const failures = { reason: 'forbidden' };
  const later = await pageWith(
    program,
    (page) => (page.value('dora_collector_poll_failures_total', failures) ?? 0) >= 2,
    'polls have failed for longer than forget_after',
  );
  expect(later.targets()).toEqual(before.targets());
});
