import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import type { Program } from '../support/program.ts';
import { ask, BANK, post, SHOP, SinkStage } from './sink-stage.ts';
import { items, pageWith } from './stage.ts';

const RULES = `  rules:
    - {name: burst, threshold: 3, hold: 10m, severity: critical}
    - {name: rate, value: error_rate, threshold: 0.1, hold: 10m, severity: warning}
`;
const BY_SUBSYSTEM = '/api/analytics/errors/by-subsystem';
const ERRORS = '/api/v1/errors';
const SECOND_MS = 1000;

/** Both post the same but for what only they may see: a search that forgets whose it is finds the other's. */
function eventsOf({ name }: typeof SHOP, start: number, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    id: index,
    subsystem: 'memory',
    operation: 'write',
    error_type: 'TimeoutError',
    error_message: `only ${name} may see this`,
    event_data: { seen: `by ${name} alone` },
    created_at: new Date(start + index * SECOND_MS).toISOString(),
    severity: 'warning',
    app: 'checkout',
    origin: 'the same',
  }));
}

it('two workspaces that post the same see, by whatever they ask, their own events alone, and share no series and no incident', async () => {
  await using stage = new SinkStage(RULES);
  await using program = await stage.start();
  const start = Date.now() - 60 * SECOND_MS;

  // The shop alone has too many errors, and a value that is too high.
  expect((await post(program, eventsOf(SHOP, start, 5))).body).toMatchObject({ accepted: 5 });
  await measure(program, SHOP, 0.5);
  expect((await post(program, eventsOf(BANK, start, 3), BANK)).body).toMatchObject({ accepted: 3, duplicates: 0 });
  await measure(program, BANK, 0.05);
  const shops = await pageWith(
    program,
    (now) => now.value('dora_error_events_total', { source: 'bank', app: 'checkout', severity: 'warning' }) === 3,
    'the events of the bank are counted',
  );
  expect(shops.value('dora_error_events_total', { source: 'shop', app: 'checkout', severity: 'warning' })).toBe(5);
  expect(shops.value('dora_incident_open', { source: 'bank', app: 'checkout' })).toBe(0);
  expect((await items(program, 'incidents')).map(({ source }) => source)).toEqual(['shop', 'shop']);

  // Then the bank has an incident of its own, under the same rule, app and environment.
  expect((await post(program, eventsOf(BANK, start, 7), BANK)).body).toMatchObject({ accepted: 4, duplicates: 3 });
  const page = await pageWith(
    program,
    (now) => now.value('dora_incident_open', { source: 'bank', app: 'checkout' }) === 1,
    'the bank has an incident',
  );
  const openings = (source: string) =>
    page
      .all('dora_incident_transitions_total', { source, kind: 'errors', operation: 'open', outcome: 'done' })
      .reduce((sum, { value }) => sum + value, 0);
  expect([openings('shop'), openings('bank')]).toEqual([2, 1]);
  expect(page.all('dora_incident_open', { app: 'checkout' })).toHaveLength(2);
  const incidents = await items(program, 'incidents?kind=errors&app=checkout');
  expect(new Set(incidents.map(({ id }) => id)).size).toBe(2);
  for (const incident of incidents) {
    const other = incident['source'] === 'shop' ? 'bank' : 'shop';
    expect(JSON.stringify(incident)).toContain(`only ${incident['source']} may see this`);
    expect(JSON.stringify(incident)).not.toContain(`only ${other} may`);
  }

  await asksForAll(program, SHOP, BANK, 5);
  await asksForAll(program, BANK, SHOP, 7);

  // What is posted in the other's name is nobody's.
  for (const headers of [{ 'x-workspace-id': BANK.id }, { 'x-workspace': BANK.id }]) {
    const body = JSON.stringify({ subsystem: 'memory', operation: 'forged' });
    expect((await ask(program, ERRORS, { body, headers })).status).toBe(403);
  }
  expect((await post(program, { subsystem: 'memory', operation: 'forged', workspace_id: BANK.id })).status).toBe(400);
  await program.stop();
  using ledger = new DatabaseSync(stage.ledger, { readOnly: true });
  const kept = ledger.prepare('select workspace, count(*) as n from error_events group by workspace order by n').all();
  expect(kept).toEqual([
    { workspace: SHOP.id, n: 5 },
    { workspace: BANK.id, n: 7 },
  ]);
});

async function measure(program: Program, workspace: typeof SHOP, value: number): Promise<void> {
  const measurement = { name: 'error_rate', subject: 'rates', value };
  expect((await post(program, measurement, workspace, '/api/v1/measurements')).status).toBe(202);
}

/** Asks as one workspace by every parameter alone and with every other one, with values that fit the other's events. */
async function asksForAll(program: Program, own: typeof SHOP, other: typeof SHOP, events: number): Promise<void> {
  const listed = async (query: string) => (await ask(program, `${ERRORS}?${query}`, { as: other })).body;
  const { items: others, next } = await listed('limit=1');
  const fitting: Record<string, string[]> = {
    limit: ['500', '1'],
    cursor: [next, (await listed('limit=3')).next],
    since: ['2020-01-01T00:00:00Z', others[0].created_at],
    until: ['2100-01-01T00:00:00Z'],
    subsystem: ['memory'],
    operation: ['write'],
    error_type: ['TimeoutError'],
    severity: ['warning'],
    app: ['checkout'],
    environment: ['production'],
    workspace_id: [own.id],
  };
  const all = Object.entries(fitting).flatMap(([name, values]) => values.map((value) => [name, value] as const));
  for (const [index, first] of all.entries()) {
    for (const second of all.slice(index)) {
      const query = new URLSearchParams([...new Map([first, second])]);
      const answer = await ask(program, `${ERRORS}?${query}`, { as: own });
      expect(answer.status, String(query)).toBe(200);
      const texts = answer.body.items.map((item: object) => JSON.stringify(item));
      expect(texts.filter((text: string) => !text.includes(`by ${own.name} alone`), String(query))).toEqual([]);
    }
  }
  expect((await ask(program, ERRORS, { as: own })).body.items).toHaveLength(events);
  expect((await ask(program, `${BY_SUBSYSTEM}?window=7d`, { as: own })).body.total).toBe(events);

  // Whoever names the other gets nothing, wherever it is named and whatever else is.
  for (const path of [ERRORS, BY_SUBSYSTEM]) {
    for (const [query, headers] of [
      [`workspace_id=${other.id}`, {}],
      ['', { 'x-workspace-id': other.id }],
      ['', { 'x-workspace': other.id }],
      [`workspace_id=${other.id}`, { 'x-workspace-id': own.id }],
      [`workspace_id=${own.id}&workspace_id=${other.id}`, {}],
      ['', { 'x-workspace-id': own.id, 'x-workspace': other.id }],
    ] as const) {
      const answer = await ask(program, `${path}?${query}`, { as: own, headers });
      expect(answer, `${query} ${JSON.stringify(headers)}`).toMatchObject({
        status: 403,
        body: { detail: 'The token is not of this workspace' },
      });
    }
    expect((await ask(program, `${path}?workspace_id=*`, { as: own })).status).toBe(400);
  }
}
