import { expect, it } from 'vitest';
import { startErrorSink } from '../../src/demo/error-sink/start.ts';
import { addErrors } from '../../src/demo/error-sink/state.ts';
import { startForge } from '../../src/demo/forge/start.ts';
import { addCommit } from '../../src/demo/forge/state.ts';
import { startSimulatedHomeserver } from '../support/homeserver.ts';
import { runProgram } from '../support/program.ts';
import { Stage } from './stage.ts';

const SHA = 'a'.repeat(40);
const HOUR_MS = 3_600_000;
const WORKSPACE = '3f2b8c1e-0000-4000-8000-000000000001';

it('doctor looks at forges and their quotas, at foreign sinks, at rooms and at the ledger', async () => {
  await using stage = await Stage.open();
  stage.push(stage.repo('acme/shop'), 'success', 60, { commit: SHA });
  await using forge = await startForge({ now: () => Date.now(), token: 'forge-token' });
  addCommit(forge.state, 'acme/shop', { sha: SHA, at: Date.now() - HOUR_MS, parents: [], message: 'a change' });
  forge.state.quota = { limit: 5000, remaining: 100, resetAt: Date.now() + HOUR_MS };
  await using sink = await startErrorSink(Date.now);
  sink.state.apiKeys.set('sink-key', WORKSPACE);
  addErrors(sink.state, WORKSPACE, 'memory', 3, Date.now() - 1000);
  await using homeserver = await startSimulatedHomeserver();
  const critical = await homeserver.room('critical');
  const warning = await homeserver.room('warning', 'none');
  for (const [file, content] of Object.entries({
    'forge-token': 'forge-token',
    'sink-key': 'sink-key',
    'matrix-token': homeserver.bot.token,
    'dora.db': 'no database',
  })) {
    stage.write(file, content);
  }
  const configure = (forgeToken: string) =>
    stage.write(
      'config.yml',
      JSON.stringify({
        ledger: 'sqlite:./dora.db',
        sources: [
          {
            type: 'woodpecker',
            url: stage.woodpecker.url,
            token_file: './token',
            forge: { type: 'github', url: forge.url, token_file: forgeToken },
          },
          { type: 'errors', name: 'sink', url: sink.url, api_key_file: './sink-key' },
        ],
        notify: {
          matrix: {
            homeserver: homeserver.url,
            token_file: './matrix-token',
            rooms: { critical: critical.alias, warning: warning.id },
          },
        },
      }),
    );
  configure('./forge-token');
  const examine = () => runProgram(['doctor', `--config.file=${stage.config}`]);
  const { code, stdout, stderr } = await examine();
  expect(stderr).toBe('');
  expect(code).toBe(1);
  const [first, ...others] = stdout.trimEnd().split('\n');
  expect(first).toMatch(/^problem {2}ledger: .*dora\.db cannot be read/);
  const told = others.join('\n');
  expect(told).toMatch(
    /^warning {2}woodpecker, its forge: its quota is nearly used up: \d+ requests of 5000 are left; lookups rest for \d+ s -> /m,
  );
  expect(told).toMatch(/^ok {7}woodpecker, its forge: it shows the commit aaaaaaaa of acme\/shop$/m);
  expect(told).toMatch(/^ok {7}sink: it answers, and counts errors of 1 subsystem$/m);
  expect(told).toMatch(/^ok {7}sink: the subsystem memory is app memory, environment production/m);
  expect(told).toMatch(/^ok {7}matrix: the homeserver knows the token as @bot:localhost$/m);
  expect(told).toMatch(/^ok {7}matrix, the critical room: the user is in #critical:localhost$/m);
  expect(told).toMatch(/^warning {2}matrix, the warning room: the user has not joined !.* yet -> invite the user/m);
  expect(told).not.toContain('will lack');
  // It said nothing to anybody.
  expect(await homeserver.messages(critical)).toEqual([]);

  stage.write('wrong-token', 'another');
  stage.write('matrix-token', 'another');
  sink.state.isForAdminsOnly = true;
  configure('./wrong-token');
  const worse = (await examine()).stdout;
  expect(worse).toMatch(/^problem {2}woodpecker, its forge: lead times will be unknown: .*401.* -> make a new token/m);
  expect(worse).toMatch(/^problem {2}sink: .*403.* -> give the user of the token the permission/m);
  expect(worse).toMatch(/^problem {2}matrix: .*401 M_UNKNOWN_TOKEN.* -> make a new token/m);
});
