import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startForge } from '../../src/demo/forge/start.ts';
import { addCommit } from '../../src/demo/forge/state.ts';
import { runProgram } from '../support/program.ts';
import { items, pageWith, Stage } from './stage.ts';
import { STORY } from './story.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const TOKEN = 'an-admin-token';
const sha = (second: number) => String(second).padStart(40, '0');

type Json = Readonly<Record<string, unknown>>;

/** A key without its rows: their numbers are the ledger's own. */
function withoutRows(item: Json | undefined): Json {
  const keys = Object.entries((item?.['keys'] ?? {}) as Record<string, Json>);
  return {
    ...item,
    keys: Object.fromEntries(keys.map(([name, { rows, rows_left_off, ...key }]) => [name, key])),
  };
}

it('export --format=ndjson and replay give the keys that /api/v1/keys gives, overrides and lead times included', async () => {
  await using stage = await Stage.open();
  await using forge = await startForge({ now: () => Date.now(), token: TOKEN });
  stage.write('forge-token', TOKEN);
  stage.write('admin-token', TOKEN);
  const web = '{listen_address: "127.0.0.1:0", admin_tokens: [{name: ann, token_file: ./admin-token}]}';
  const more = { forge: `{type: forgejo, url: "${forge.url}", token_file: ./forge-token}` };
  stage.configure({ web, min_samples: '2', windows: '[1h, 2d]' }, more);
  const repo = stage.repo('acme/shop');
  for (const [index, [status, second]] of STORY.entries()) {
    const before = STORY[index - 1];
    const parents = before === undefined ? [] : [sha(before[1])];
    const at = (stage.epoch + second - 3600) * 1000;
    addCommit(forge.state, 'acme/shop', { sha: sha(second), at, parents, message: 'change' });
    stage.push(repo, status, second, { commit: sha(second) });
  }
  await using program = await stage.start();
  const lead = { app: 'acme/shop', window: '2d' };
  await pageWith(program, (page) => page.value('dora_window_changes', lead) === 2, 'lead times');
  const failed = (await items(program, 'deployments?app=acme/shop&outcome=failure'))[0];
  const said = await fetch(`${program.url}/api/v1/deployments/${failed?.['id']}/verdict`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ verdict: 'not_a_failure', reason: 'a drill' }),
  });
  expect(said.status).toBe(200);

  const exported = await runProgram(['export', '--format=ndjson', `--config.file=${stage.config}`]);
  expect(exported).toMatchObject({ code: 0, stderr: '' });
  expect(exported.stdout).toContain('"reason":"a drill"');
  const file = join(stage.folder, 'events.ndjson');
  stage.write('events.ndjson', exported.stdout);
  for (const window of ['1h', '2d']) {
    const [told] = await items(program, `keys?app=acme/shop&window=${window}`);
    const words = [`--window=${window}`, `--until=${told?.['until']}`, '--json'];
    const replayed = await runProgram(['replay', file, ...words], { cwd: stage.folder });
    expect(replayed).toMatchObject({ code: 0, stderr: '' });
    const { items: found } = JSON.parse(replayed.stdout) as { readonly items: readonly Json[] };
    expect(found).toEqual([withoutRows(told)]);
    expect(found).toMatchObject([{ keys: { deployment_frequency: { samples: window === '1h' ? 0 : 4 } } }]);
  }
  await program.stop();

  // The same from a pipe, twice over, without a ledger anywhere: over what was configured, as a table.
  const input = exported.stdout + exported.stdout;
  const piped = spawnSync(process.execPath, [MAIN, 'replay', '-'], { input, encoding: 'utf8', env: {}, cwd: '/' });
  expect(piped).toMatchObject({ status: 0, stderr: '' });
  const [head, hour, days, ...rest] = piped.stdout.trimEnd().split('\n');
  expect(rest).toEqual([]);
  expect(head?.trim().split(/ {2,}/)).toEqual([
    ...[
      'source',
      'app',
      'environment',
      'team',
      'window',
      'deployments/day',
      'n',
      'lead time median',
      'lead time p90',
      'n',
    ],
    ...['change failure ratio', 'n', 'recovery time median', 'recovery time p90', 'n', 'rework ratio', 'n'],
  ]);
  expect(hour?.trim().split(/ {2,}/).slice(4)).toEqual([
    '1h',
    ...['0', '0', '-', '-', '0', '-', '0', '-', '-', '0', '-', '0'],
  ]);
  // One failure is left, which nobody excused; the span of the other is that of the first.
  expect(days?.trim().split(/ {2,}/).slice(4)).toEqual([
    '2d',
    '2',
    '4',
    '3600',
    '3600',
    '2',
    '0.25',
    '4',
    '300',
    '300',
    '1',
    '0.25',
    '4',
  ]);

  stage.write('events.ndjson', exported.stdout.split('\n').slice(0, -2).join('\n'));
  const cut = await runProgram(['replay', file]);
  expect(cut).toMatchObject({ code: 1, stdout: '' });
  expect(cut.stderr).toMatch(
    /^\S+events\.ndjson: it ends after line \d+ without a line of kind "end": it was cut off\n$/,
  );
  const missing = await runProgram(['replay', 'nowhere.ndjson']);
  expect(missing).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('nowhere.ndjson cannot be read'),
  });
});
