import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, post, SHOP, SinkStage } from '../../e2e/sink-stage.ts';
import { goodPoll, items, keysOf, pageWith, Stage } from '../../e2e/stage.ts';
import type { Program } from '../../support/program.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

const TOKEN = 'an-admin-token-that-nobody-may-see';
const RULES = `  rules:
    - {name: burst, subsystem: memory, threshold: 3, hold: 1s, severity: critical}
    - {name: rate, value: error_rate, threshold: 0.1, hold: 1s, severity: warning}
`;
const WRITE = { subsystem: 'memory', operation: 'write' };

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

const leads = (program: Program) => pageWith(program, (page) => page.value('dora_exporter_leader') === 1, 'it leads');
const countIs = (program: Program, app: string, count: number) =>
  pageWith(
    program,
    (page) => page.all('dora_error_events_total', { app }).reduce((sum, { value }) => sum + value, 0) === count,
    `${count} events of ${app}`,
  );

async function say(program: Program, path: string, body: object, token = TOKEN) {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${program.url}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
}

test('B11: what a person says to a follower is done by the leader, twice the same is one effect, and the answer says what came of it', async () => {
  await using stage = await Stage.open();
  stage.write('admin-token', TOKEN);
  const web = '{listen_address: "127.0.0.1:0", admin_tokens: [{name: ann, token_file: ./admin-token}]}';
  stage.configure({ web, ledger: server.url(await server.create()) });
  const shop = stage.repo('acme/shop');
  stage.push(shop, 'success', 50);
  stage.push(shop, 'failure', 100);
  await using leader = await stage.start();
  await goodPoll(leader);
  await using follower = await stage.start();
  const [incident] = await items(follower, 'incidents?state=open');
  const resolve = `incidents/${incident?.['id']}/resolve`;
  const at = new Date((stage.epoch + 400) * 1000).toISOString();

  expect((await say(follower, resolve, {}, 'wrong')).status).toBe(401);
  expect((await say(follower, 'incidents/4711/resolve', {})).status).toBe(404);
  const first = await say(follower, resolve, { at, reason: 'a flaky runner' });
  expect(first).toMatchObject({ status: 200, body: { outcome: 'resolved', closed_at: at, resolution: { by: 'ann' } } });
  expect(await say(follower, resolve, { reason: 'again' })).toEqual(first);
  expect(await say(leader, resolve, { reason: 'again' })).toEqual(first);
  const resolved = await pageWith(
    leader,
    (page) => page.value('dora_incident_open', { app: 'acme/shop' }) === 0,
    'over',
  );
  expect(keysOf(resolved, 'acme/shop', stage.epoch)).toMatchObject({ open: 0, recoverySum: 300, recoveryCount: 1 });

  const [failed] = await items(follower, 'deployments');
  const verdict = { verdict: 'not_a_failure', reason: 'the runner was out of memory' };
  expect(await say(follower, `deployments/${failed?.['id']}/verdict`, verdict)).toMatchObject({
    status: 200,
    body: { outcome: 'failure', verdict: 'not_a_failure' },
  });
});

test('B20, B21: posts through a follower count once, open incidents together with what the leader took, and are refused as by the leader', async () => {
  await using stage = new SinkStage(RULES, 0, server.url(await server.create()));
  await using leader = await stage.start();
  await leads(leader);
  await using follower = await stage.start();

  expect((await ask(follower, '/api/v1/errors', { as: null, body: '{}' })).status).toBe(401);
  expect(await post(follower, [{ ...WRITE, id: 'x'.repeat(1000) }])).toEqual(
    expect.objectContaining({ status: (await post(leader, [{ ...WRITE, id: 'x'.repeat(1000) }])).status }),
  );
  await post(leader, [
    { ...WRITE, id: 'a' },
    { ...WRITE, id: 'b' },
  ]);
  const both = [
    { ...WRITE, id: 'b' },
    { ...WRITE, id: 'c' },
    { ...WRITE, id: 'd' },
  ];
  expect((await post(follower, both)).status).toBe(202);
  await post(follower, both);
  const page = await countIs(leader, 'memory', 4);
  expect(page.value('dora_incident_open', { source: 'shop', app: 'memory' })).toBe(1);
  const value = [{ name: 'error_rate', subject: 'checkout', value: 0.5 }];
  expect((await post(follower, value, SHOP, '/api/v1/measurements')).status).toBe(202);
  await pageWith(
    leader,
    (now) => now.value('dora_incident_open', { app: 'checkout' }) === 1,
    'the value is over its rule',
  );
  const path = '/api/analytics/errors/by-subsystem';
  expect((await ask(follower, path)).body.by_subsystem).toEqual((await ask(leader, path)).body.by_subsystem);

  // Acknowledged by the follower, and the leader is gone before it looked.
  const late = Array.from({ length: 50 }, (_, index) => ({ subsystem: 'late', operation: 'x', id: `late ${index}` }));
  leader.signal('SIGSTOP');
  expect((await post(follower, late)).body).toMatchObject({ accepted: 50 });
  await leader.kill();
  await countIs(follower, 'late', 50);
  expect((await post(follower, late)).body).toMatchObject({ accepted: 0, duplicates: 50 });
  await countIs(follower, 'memory', 4);
});
