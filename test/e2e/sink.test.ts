import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { ask, BANK, post, SHOP, SinkStage } from './sink-stage.ts';
import { items, pageWith, scrape } from './stage.ts';

const RULES = `  max_body: 8KiB
  rules:
    - {name: burst, subsystem: memory, threshold: 3, hold: 1s, severity: critical}
    - {name: rate, value: error_rate, threshold: 0.1, hold: 1s, severity: warning}
`;
const EVENT = { subsystem: 'tools', operation: 'call' };
const BY_SUBSYSTEM = '/api/analytics/errors/by-subsystem';

it('B20, B21, B22: a program that posts and asks: what it gets, what it does not, and in which words', async () => {
  await using stage = new SinkStage(RULES);
  await using program = await stage.start();

  // B21: who may.
  for (const path of [BY_SUBSYSTEM, '/api/v1/errors']) {
    const refusals = [
      [await ask(program, path, { as: null }), 401, 'Authentication required'],
      [await ask(program, path, { as: { ...SHOP, token: 'wrong' } }), 401, 'Invalid or expired token'],
      [await ask(program, path, { as: null, headers: { 'x-api-key': 'wrong' } }), 401, 'Invalid API key'],
      [await ask(program, path, { headers: { 'x-workspace-id': 'abc' } }), 400, 'Invalid workspace_id'],
      [await ask(program, path, { headers: { 'x-workspace-id': BANK.id } }), 403, 'The token is not of this workspace'],
      [await ask(program, `${path}?workspace_id=${BANK.id}`), 403, 'The token is not of this workspace'],
    ] as const;
    for (const [answer, status, detail] of refusals) expect(answer).toMatchObject({ status, body: { detail } });
    const own = { 'x-workspace-id': SHOP.id.toUpperCase() };
    expect((await ask(program, path, { headers: own })).status).toBe(200);
    expect((await ask(program, path, { as: null, headers: { authorization: `ApiKey ${SHOP.token}` } })).status).toBe(
      200,
    );
  }
  expect((await ask(program, '/api/v1/errors', { as: null, body: '{}' })).status).toBe(401);

  // B20: nothing yet.
  const empty = await ask(program, BY_SUBSYSTEM);
  expect(empty.body).toEqual({
    window: '24h',
    effective_window_seconds: 86_400,
    total: 0,
    by_subsystem: [],
    generated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
  });

  // B22: partial success, limits, and what is no JSON.
  const old = new Date(Date.now() - 100 * 86_400_000).toISOString();
  const mixed = await post(program, [
    { ...EVENT, error_message: 'x'.repeat(1000), id: 1 },
    { ...EVENT, created_at: old },
    { ...EVENT, error_message: '🚨'.repeat(600), id: 1 },
    { subsystem: 'memory', operation: 'write', error_message: '🚨'.repeat(600) },
  ]);
  expect(mixed).toMatchObject({
    status: 202,
    body: {
      accepted: 2,
      duplicates: 1,
      refused: 1,
      items: [
        { index: 0, status: 'accepted' },
        { index: 1, status: 'refused', detail: 'created_at is older than events are kept' },
        { index: 2, status: 'duplicate' },
        { index: 3, status: 'accepted' },
      ],
    },
  });
  expect(await post(program, { subsystem: 'x' })).toMatchObject({
    status: 400,
    body: { detail: 'operation is required' },
  });
  expect(await post(program, [])).toMatchObject({ status: 400, body: { detail: 'there is nothing in it' } });
  expect(await ask(program, '/api/v1/errors', { body: '{oops' })).toMatchObject({ status: 400 });
  expect((await post(program, { ...EVENT, error_message: 'x'.repeat(9000) })).status).toBe(413);
  const listed = await ask(program, '/api/v1/errors?subsystem=memory');
  expect(listed.body).toMatchObject({ items: [{ error_message: '🚨'.repeat(500), severity: 'critical' }], next: null });
  expect(await ask(program, '/api/v1/errors?team=x')).toMatchObject({ status: 400 });

  // B20: windows, however odd.
  for (const [window, seconds] of Object.entries({ '7d': 604_800, '0h': 86_400, abc: 86_400, '800000d': 7_776_000 })) {
    const answer = await ask(program, `${BY_SUBSYSTEM}?window=${window}`);
    expect(answer.body).toMatchObject({ window, effective_window_seconds: seconds, total: 2 });
    expect(answer.body.by_subsystem).toContainEqual({ subsystem: 'tools', count: 1, rate: 0.5 });
  }

  // Isolation: the other workspace posts the same, and neither sees the other's.
  await post(program, [{ ...EVENT, id: 1 }, { ...EVENT, created_at: '2026-01-01T00:00:00' }, EVENT, EVENT], BANK);
  expect((await ask(program, BY_SUBSYSTEM)).body.total).toBe(2);
  expect((await ask(program, BY_SUBSYSTEM, { as: BANK })).body.total).toBe(3);
  expect((await ask(program, '/api/v1/errors?limit=1', { as: BANK })).body.items).toMatchObject([
    { subsystem: 'tools' },
  ]);
  const cursor = (await ask(program, '/api/v1/errors?limit=1', { as: BANK })).body.next;
  const foreign = await ask(program, `/api/v1/errors?cursor=${cursor}`);
  expect(foreign.body.items.every(({ error_message }: { error_message: string }) => error_message !== null)).toBe(true);

  // Rules: by count and by value.
  await post(
    program,
    Array.from({ length: 3 }, () => ({ subsystem: 'memory', operation: 'write' })),
  );
  await post(program, [{ name: 'error_rate', subject: 'checkout', value: 0.5 }], SHOP, '/api/v1/measurements');
  const page = await pageWith(
    program,
    (now) => now.value('dora_incident_open', { source: 'shop', app: 'checkout' }) === 1,
    'the value opened an incident',
  );
  expect(page.value('dora_incident_open', { source: 'shop', app: 'memory' })).toBe(1);
  expect(page.all('dora_incident_open', { source: 'bank' }).map(({ value }) => value)).toEqual([0]);
  expect(page.value('dora_error_events_total', { source: 'shop', app: 'memory', severity: 'critical' })).toBe(4);
  const open = await items(program, 'incidents?kind=errors&state=open');
  expect(open.map(({ source, app }) => `${source} ${app}`).sort()).toEqual(['shop checkout', 'shop memory']);
  expect(page.text + program.output).not.toContain(SHOP.token);
});

it('503 while the ledger is locked, nothing half-written; the same post counts once afterwards, also after a restart', async () => {
  await using stage = new SinkStage('');
  const event = { ...EVENT, id: 'the one' };
  {
    await using program = await stage.start();
    await post(program, EVENT);
    {
      using elsewhere = new DatabaseSync(stage.ledger);
      elsewhere.exec('begin exclusive');
      const refused = await post(program, [event, EVENT]);
      expect(refused.status).toBe(503);
      expect(refused.headers.get('retry-after')).toBe('5');
      elsewhere.exec('rollback');
    }
    expect((await scrape(program)).value('dora_error_events_total', { severity: 'warning' })).toBe(1);
    expect((await post(program, [event, EVENT])).body).toMatchObject({ accepted: 2 });
    expect((await post(program, event)).body).toMatchObject({ duplicates: 1 });
    expect(await program.stop()).toEqual({ code: 0, signal: null });
  }
  await using again = await stage.start();
  expect((await post(again, event)).body).toMatchObject({ duplicates: 1 });
  expect((await scrape(again)).value('dora_error_events_total', { severity: 'warning' })).toBe(3);
});
