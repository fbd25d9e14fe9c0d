import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import type { Program } from '../support/program.ts';
import { goodPoll, items, keysOf, nextPoll, pageWith, Stage, scrape } from './stage.ts';

const TOKEN = 'an-admin-token-that-nobody-may-see';

async function say(program: Program, path: string, body: unknown, token = TOKEN) {
  const answer = await fetch(`${program.url}/api/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
}

it('a person resolves and judges: at once on the page and in the API, kept over kill -9, late events and a restart', async () => {
  await using stage = await Stage.open();
  stage.write('admin-token', TOKEN);
  const web = '{listen_address: "127.0.0.1:0", admin_tokens: [{name: ann, token_file: ./admin-token}]}';
  stage.configure({ web });
  const shop = stage.repo('acme/shop');
  stage.push(shop, 'success', 50);
  stage.push(shop, 'failure', 100);
  await using program = await stage.start('--log.level=trace');
  await goodPoll(program);
  const [incident] = await items(program, 'incidents?state=open');
  const [failed, succeeded] = await items(program, 'deployments');
  const resolve = `incidents/${incident?.['id']}/resolve`;
  const verdictOn = (one: typeof failed) => `deployments/${one?.['id']}/verdict`;
  const at = new Date((stage.epoch + 400) * 1000).toISOString();

  const before = await scrape(program);
  expect((await say(program, resolve, '{"at"')).status).toBe(400);
  expect((await say(program, resolve, {}, 'wrong')).status).toBe(401);
  expect((await say(program, 'incidents/4711/resolve', {})).status).toBe(404);
  {
    using elsewhere = new DatabaseSync(stage.ledger);
    elsewhere.exec('begin exclusive');
    expect((await say(program, resolve, { at })).status).toBe(503);
    expect((await say(program, verdictOn(failed), { verdict: 'not_a_failure', reason: 'x' })).status).toBe(503);
    expect((await scrape(program)).targets()).toEqual(before.targets());
    elsewhere.exec('rollback');
  }
  expect(await items(program, 'incidents?state=open')).toEqual([incident]);

  // B11: twice the same, one effect.
  const first = await say(program, resolve, { at, reason: 'a flaky runner' });
  const second = await say(program, resolve, { reason: 'again' });
  expect(first.status).toBe(200);
  expect(second).toEqual(first);
  expect(JSON.parse(first.text)).toMatchObject({
    outcome: 'resolved',
    closed_at: at,
    recovery_seconds: 300,
    resolution: { by: 'ann', reason: 'a flaky runner' },
  });
  const page = await scrape(program);
  expect(keysOf(page, 'acme/shop', stage.epoch)).toMatchObject({ open: 0, recoverySum: 300, recoveryCount: 1 });
  const transitions = (outcome: string) =>
    page.value('dora_incident_transitions_total', { kind: 'deployment', operation: 'close', outcome, origin: 'api' });
  expect([transitions('resolved'), transitions('noop')]).toEqual([1, 1]);

  await say(program, verdictOn(succeeded), { verdict: 'failure', reason: 'data was lost' });
  await say(program, verdictOn(failed), { verdict: 'not_a_failure', reason: 'a flaky runner' });
  const judged = await scrape(program);
  const failures = (cause: string) => judged.value('dora_change_failures_total', { app: 'acme/shop', cause });
  expect([failures('deployment'), failures('verdict')]).toEqual([1, 1]);
  expect(judged.value('dora_ledger_corrections_total')).toBe(1);
  const known = { incidents: await items(program, 'incidents'), deployments: await items(program, 'deployments') };
  expect(known.deployments).toMatchObject([
    { change_failure: null, outcome: 'failure', verdict: 'not_a_failure', verdicts: [{ by: 'ann' }] },
    { change_failure: 'verdict', outcome: 'success', verdicts: [{ reason: 'data was lost' }] },
  ]);
  for (const token of [TOKEN, 'wrong']) expect(program.output).not.toContain(token);
  await program.kill();

  stage.push(shop, 'failure', 300);
  await using restarted = await stage.start();
  const late = await pageWith(
    restarted,
    (now) => now.value('dora_deployments_total', { app: 'acme/shop', outcome: 'failure' }) === 2,
    'the late failure is recorded',
  );
  expect(keysOf(late, 'acme/shop', stage.epoch)).toMatchObject({ open: 0, recoverySum: 300, recoveryCount: 1 });
  expect(await items(restarted, 'incidents')).toMatchObject([{ ...known.incidents[0], failures: 2, run: [{}, {}] }]);
  const [, ...same] = await items(restarted, 'deployments');
  expect(same).toEqual(known.deployments);

  const back = { verdict: null, reason: 'it was one' };
  expect(JSON.parse((await say(restarted, verdictOn(failed), back)).text)).toMatchObject({
    change_failure: 'deployment',
    verdict: null,
    verdicts: [{ verdict: 'not_a_failure' }, back],
  });
  const reopened = await say(restarted, `incidents/${incident?.['id']}/reopen`, { reason: 'it was not over' });
  expect(JSON.parse(reopened.text)).toMatchObject({ state: 'open', failures: 2, resolution: null });
  expect(keysOf(await nextPoll(stage, restarted), 'acme/shop', stage.epoch)).toMatchObject({
    open: 1,
    recoveryCount: 1,
  });
});
