import { expect, it } from 'vitest';
import { Program } from '../support/program.ts';
import { goodPoll, pageWith, Stage, scrape } from './stage.ts';
import { tellStory } from './story.ts';

/** What the program promises; the test's own machine may be busy. */
const SHUTDOWN_MS = 5_000;

const FAILED = ['poll failed', 'poll failed by a bug', 'not everything stopped in time'];

it('B16: SIGTERM in the middle of a slow poll ends it with exit code 0, soon, and is no failure', async () => {
  await using stage = await Stage.open();
  tellStory(stage, stage.repo('acme/shop'));
  await using program = await stage.start();
  await goodPoll(program);
  stage.woodpecker.faults.add({ kind: 'hang' });
  const asked = stage.asked(/./);
  await program.until(() => stage.asked(/./) > asked, 'a poll is under way');
  const page = await scrape(program);
  expect(page.all('dora_collector_poll_failures_total').filter(({ value }) => value > 0)).toEqual([]);

  const begun = performance.now();
  expect(await program.stop()).toEqual({ code: 0, signal: null });
  expect(performance.now() - begun).toBeLessThan(SHUTDOWN_MS);
  expect(program.log.filter(({ msg }) => FAILED.includes(String(msg)))).toEqual([]);
  expect(program.log.at(-1)).toMatchObject({ msg: 'stopped' });
  expect(program.stderr).toBe('');
});

it('B16: SIGINT while history is read does the same', async () => {
  await using stage = await Stage.open();
  tellStory(stage, stage.repo('acme/shop'));
  stage.woodpecker.faults.add({ kind: 'hang' }, { path: /\/pipelines/ });
  await using program = await stage.start();
  await program.until(() => stage.asked(/\/pipelines/) > 0, 'history is being read');
  program.signal('SIGINT');
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(program.log.filter(({ msg }) => FAILED.includes(String(msg)))).toEqual([]);
});

it('B16: an upstream that is too slow is a failure, with the reason timeout', async () => {
  await using stage = await Stage.open();
  stage.configure({}, { name: 'request', request_timeout: '1s' }, { name: 'poll', poll_timeout: '1s' });
  stage.woodpecker.faults.add({ kind: 'hang' });
  await using program = await stage.start();
  for (const source of ['request', 'poll']) {
    const page = await pageWith(
      program,
      (page) => page.value('dora_collector_polls_total', { source }) === 1,
      `the poll of ${source} has ended`,
    );
    const failures = page.all('dora_collector_poll_failures_total', { source }).filter(({ value }) => value > 0);
    expect(failures.map(({ labels, value }) => [labels['reason'], value])).toEqual([['timeout', 1]]);
  }
});

it('one slow source does not hold up another', async () => {
  await using stage = await Stage.open();
  await using slow = await Stage.open();
  tellStory(stage, stage.repo('acme/shop'));
  slow.woodpecker.faults.add({ kind: 'hang' });
  stage.configure({}, { name: 'quick' }, { name: 'slow', url: slow.woodpecker.url });
  await using program = await stage.start();
  const page = await pageWith(
    program,
    (page) => (page.value('dora_collector_polls_total', { source: 'quick' }) ?? 0) >= 3,
    'the quick source goes on',
  );
  expect(page.value('dora_collector_polls_total', { source: 'slow' })).toBe(0);
  expect(page.value('dora_collector_up', { source: 'quick' })).toBe(1);
  expect(slow.asked(/./)).toBe(1);
});

it('B16: SIGTERM ends it with exit code 0 when nobody reads its log any more', async () => {
  await using stage = await Stage.open();
  for (const format of ['json', 'pretty']) {
    stage.configure({ log: `{format: ${format}}` });
    await using program = new Program([`--config.file=${stage.config}`]);
    await program.until(() => program.stdout.includes('serving'), 'the program serves');
    const before = stage.asked(/./);
    program.stopReading();
    await program.until(() => stage.asked(/./) > before + 2, 'it goes on polling');
    expect(await program.stop()).toEqual({ code: 0, signal: null });
  }
});

it('a command that is ended by a signal does not end as if it had done what it was asked to', async () => {
  await using stage = await Stage.open();
  stage.woodpecker.faults.add({ kind: 'hang' });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const before = stage.asked(/./);
    await using doctor = new Program(['doctor', `--config.file=${stage.config}`]);
    await doctor.until(() => stage.asked(/./) > before, 'the server is asked');
    doctor.signal(signal);
    expect(await doctor.ended).toEqual({ code: null, signal });
  }
});
