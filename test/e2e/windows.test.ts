import { expect, it } from 'vitest';
import { runProgram } from '../support/program.ts';
import { goodPoll, items, pageWith, Stage } from './stage.ts';

const KEYS = ['deployment_frequency', 'lead_time', 'change_failure_rate', 'recovery_time', 'rework_rate'];

it('B13: below min_samples the ratio is absent and the sample count present, at it both are; explain says why', async () => {
  await using stage = await Stage.open();
  const shop = stage.repo('acme/shop');
  for (const [status, second] of [
    ['failure', 100],
    ['success', 400],
    ['success', 900],
  ] as const)
    stage.push(shop, status, second);
  stage.configure({ min_samples: '4', windows: '[1h, 2d]' });
  await using program = await stage.start();
  let page = await goodPoll(program);
  const of = { app: 'acme/shop', window: '2d' };
  expect(page.value('dora_window_ratio_deployments', of)).toBe(3);
  expect(page.value('dora_window_change_failure_ratio', of)).toBeUndefined();
  expect(page.value('dora_window_recoveries', of)).toBe(1);
  expect(page.value('dora_window_deployments', { ...of, window: '1h' })).toBe(0);
  expect(page.value('dora_window_recovery_time_seconds', { ...of, window: '1h', stat: 'mean' })).toBeUndefined();

  const explain = (...words: readonly string[]) =>
    runProgram(['explain', `--config.file=${stage.config}`, '--app=acme/shop', ...words]);
  const absent = await explain('--key=change_failure_rate', '--window=2d');
  expect(absent.code, absent.output).toBe(0);
  expect(absent.stdout).toContain('absent: 3 deployments whose failures could be seen: fewer than min_samples, 4');

  stage.push(shop, 'success', 1000);
  page = await pageWith(program, (now) => now.value('dora_window_ratio_deployments', of) === 4, 'the fourth');
  expect(page.value('dora_window_change_failure_ratio', of)).toBe(0.25);

  // The same numbers, opened down to their rows: over HTTP, and from the file beside the daemon, and after it.
  const [shown] = await items(program, 'keys?app=acme/shop&window=2d');
  expect(Object.keys((shown?.['keys'] ?? {}) as object)).toEqual(KEYS);
  expect(shown).toMatchObject({
    keys: {
      deployment_frequency: { value: 2, samples: 4 },
      lead_time: { median_seconds: null, absent: expect.stringContaining('no change') },
      change_failure_rate: { value: 0.25, samples: 4, change_failures: { deployment: 1 } },
      recovery_time: { mean_seconds: 300, median_seconds: 300, p90_seconds: 300, samples: 1 },
      rework_rate: { value: 0.25, samples: 4 },
    },
  });
  const beside = await explain('--key=recovery_time', '--window=2d');
  expect(beside.stdout).toContain('mean    300 / 1 = 300 s');
  expect((await explain('--key=change_failure_rate', '--window=2d')).stdout).toContain('1 / 4 = 0.25');
  expect(await program.stop()).toMatchObject({ code: 0 });
  const after = await explain('--key=recovery_time', '--window=2d');
  expect(after.code, after.output).toBe(0);
  expect(after.stdout).toContain('mean    300 / 1 = 300 s');
});

it('B24: a window that is longer than retention is as short as it, over nothing that only a gauge still needs, and is said not to be complete', async () => {
  await using stage = await Stage.open();
  const shop = stage.repo('acme/shop');
  // A day ago, and now.
  stage.push(shop, 'failure', 100);
  stage.push(shop, 'success', 400);
  stage.push(shop, 'success', 86_000);
  stage.configure({ windows: '[6h, 2d]', retention: '12h', incident_expiry: '1h', min_samples: '1' });
  await using program = await stage.start();
  const page = await goodPoll(program);
  expect(page.value('dora_deployments_total', { outcome: 'success' })).toBe(2);
  for (const window of ['6h', '2d']) {
    expect(page.value('dora_window_deployments', { window })).toBe(1);
    expect(page.value('dora_window_recoveries', { window })).toBe(0);
    const [shown] = await items(program, `keys?app=acme/shop&window=${window}`);
    expect(shown).toMatchObject({
      complete: window === '6h',
      keys: { recovery_time: { samples: 0 }, deployment_frequency: { samples: 1, value: window === '6h' ? 4 : 2 } },
    });
  }
  const words = ['explain', `--config.file=${stage.config}`, '--app=acme/shop', '--key=recovery_time', '--window=2d'];
  expect((await runProgram(words)).stdout).toContain('retention keeps no more of 2d');
  const overview = await (await fetch(`${program.url}/?window=2d`)).text();
  expect(overview).toContain('known whole for less than 2d');
});

it('explain says what it cannot read', async () => {
  await using stage = await Stage.open();
  const words = ['explain', `--config.file=${stage.config}`, '--app=acme/shop', '--key=lead_time'];
  const missing = await runProgram(words);
  expect(missing).toMatchObject({ code: 1, stdout: '' });
  expect(missing.stderr).toBe(`the ledger ${stage.ledger} cannot be read: there is no such file\n`);

  stage.write('dora.db', 'no database');
  expect(await runProgram(words)).toMatchObject({ code: 1, stderr: expect.stringContaining(stage.ledger) });
  expect(await runProgram(['explain', '--config.file=nowhere.yml', '--app=a', '--key=lead_time'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('nowhere.yml'),
  });
});
