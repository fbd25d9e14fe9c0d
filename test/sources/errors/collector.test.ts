import { expect, test } from 'vitest';
import { type SimulatedErrorSink, startErrorSink } from '../../../src/demo/error-sink/start.ts';
import { addErrors } from '../../../src/demo/error-sink/state.ts';
import { startLoopback } from '../../support/loopback.ts';
import { Desk, HOUR, MINUTE, settingsOf, WORKSPACE } from './support.ts';

interface Stage extends AsyncDisposable {
  readonly sink: SimulatedErrorSink;
  readonly desk: Desk;
  readonly start: number;
  errors(subsystem: string, count: number): void;
}

async function open(keys: Readonly<Record<string, unknown>> = {}): Promise<Stage> {
  let desk: Desk | null = null;
  const sink = await startErrorSink(() => desk?.clock.now() ?? 0);
  sink.state.tokens.set('the token', WORKSPACE);
  sink.state.apiKeys.set('the key', WORKSPACE);
  const opened = new Desk(settingsOf(sink.url, keys));
  desk = opened;
  return {
    sink,
    desk: opened,
    start: opened.clock.now(),
    errors: (subsystem, count) => addErrors(sink.state, WORKSPACE, subsystem, count, opened.clock.now()),
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await sink.close();
    },
  };
}

test('an incident opens at the first poll above the threshold and ends at the last one, once hold has passed', async () => {
  await using stage = await open({ thresholds: { default: 10 }, hold: '5m' });
  const { desk, start } = stage;
  stage.errors('memory', 10);
  await desk.poll();
  expect(desk.told(start)).toEqual([]);
  await desk.clock.advance(MINUTE);
  stage.errors('memory', 1);
  await desk.poll();
  expect(desk.told(start)).toEqual(['failure memory 60']);
  await desk.clock.advance(58 * MINUTE);
  await desk.poll();
  // The first ten leave the window, and the count is at the threshold or below.
  await desk.clock.advance(2 * MINUTE);
  await desk.poll();
  expect(desk.told(start)).toEqual(['failure memory 60']);
  await desk.clock.advance(3 * MINUTE);
  await desk.poll();
  expect(desk.told(start)).toEqual(['failure memory 60', `recovery memory ${59 * 60}`]);
});

test('above again within hold, also over a restart, it is one incident', async () => {
  await using stage = await open({ thresholds: { default: 1 }, hold: '10m', incident_window: '1h' });
  const { desk, start } = stage;
  stage.errors('tools', 2);
  await desk.poll();
  await desk.clock.advance(61 * MINUTE);
  await desk.restart();
  await desk.poll();
  stage.errors('tools', 2);
  await desk.clock.advance(MINUTE);
  await desk.poll();
  await desk.restart();
  await desk.clock.advance(2 * HOUR);
  await desk.poll();
  expect(desk.told(start)).toEqual([
    'failure tools 0',
    'recovery tools 0',
    'failure tools 3720',
    'recovery tools 3720',
  ]);
});

test('a subsystem that the sink no longer names counts 0 and its gauge goes at once; its target after forget_after', async () => {
  await using stage = await open({ thresholds: { default: 1 }, window: '1h', hold: '0s', forget_after: '30m' });
  const { desk, start } = stage;
  stage.errors('memory', 2);
  stage.errors('tools', 1);
  await desk.poll();
  expect(desk.gauge).toEqual({ memory: 2, tools: 1 });
  await desk.clock.advance(61 * MINUTE);
  stage.errors('tools', 1);
  await desk.poll();
  expect(desk.gauge).toEqual({ tools: 1 });
  expect(desk.told(start)).toEqual(['failure memory 0', 'recovery memory 0']);
  expect(desk.listings).toEqual([]);
  await desk.clock.advance(30 * MINUTE);
  await desk.poll();
  expect(desk.listings).toEqual(['memory removed']);
  stage.errors('memory', 1);
  await desk.poll();
  expect(desk.listings).toEqual(['memory removed', 'memory listed']);
  expect(desk.gauge).toEqual({ tools: 1, memory: 1 });
});

test('subsystems of one target are summed, each judged by its own threshold; what relabelling drops is nowhere', async () => {
  const relabel_configs = [
    { source_labels: ['__meta_errors_subsystem'], regex: 'noise', action: 'drop' },
    { source_labels: ['__meta_errors_subsystem'], regex: '(.+)-(.+)', target_label: 'app', replacement: '$1' },
    { target_label: 'team', replacement: 'core' },
  ];
  await using stage = await open({ thresholds: { default: 5, 'shop-cart': 2 }, relabel_configs });
  const { desk, start } = stage;
  stage.errors('shop-cart', 2);
  stage.errors('shop-pay', 5);
  stage.errors('noise', 100);
  await desk.poll();
  expect(desk.gauge).toEqual({ shop: 7 });
  expect(desk.told(start)).toEqual([]);
  stage.errors('shop-cart', 1);
  await desk.poll();
  expect(desk.told(start)).toEqual(['failure shop 0']);
  expect(desk.batches.flatMap(({ sightings = [] }) => sightings)[0]?.details).toEqual({
    subsystem: 'shop-cart',
    events: 3,
    threshold: 2,
    window: '1h',
  });
  expect(desk.batches[0]?.targets).toMatchObject([
    { target: { app: 'shop', environment: 'production' }, team: 'core' },
  ]);
});

test('two windows are two requests, one window is one', async () => {
  await using two = await open();
  await two.desk.poll();
  expect(two.sink.requests.map(({ path }) => path)).toEqual([
    '/api/analytics/errors/by-subsystem?window=24h',
    '/api/analytics/errors/by-subsystem?window=1h',
  ]);
  await using one = await open({ window: '1h' });
  await one.desk.poll();
  expect(one.sink.requests).toHaveLength(1);
});

test('a bearer token, an API key and a workspace are sent as the sink wants them', async () => {
  const other = '3f2b8c1e-0000-4000-8000-000000000002';
  await using stage = await open({ token_file: '', api_key_file: 'key', workspace_id: other });
  addErrors(stage.sink.state, other, 'theirs', 3, stage.start);
  stage.errors('ours', 1);
  expect(await stage.desk.poll()).toEqual({ ok: true });
  expect(stage.desk.gauge).toEqual({ theirs: 3 });
});

test('B23: 403 is a failed poll that says why, never "no errors": what was shown stays', async () => {
  await using stage = await open({ token_file: '', api_key_file: 'key' });
  const { desk, sink } = stage;
  sink.state.isForAdminsOnly = true;
  expect(await desk.poll()).toMatchObject({ ok: false, reason: 'forbidden', partial: false });
  expect(desk.gauge).toBeNull();
  expect(desk.batches).toEqual([]);
  sink.state.isForAdminsOnly = false;
  stage.errors('memory', 60);
  await desk.poll();
  sink.state.isForAdminsOnly = true;
  const end = await desk.poll();
  expect(end).toMatchObject({ ok: false, reason: 'forbidden', detail: expect.stringContaining('administrators') });
  expect(desk.gauge).toEqual({ memory: 60 });
  expect(desk.told(stage.start)).toEqual(['failure memory 0']);
});

test.each([
  ['another window was counted', { effective_window_seconds: 60 }, /counted over 60 s instead of 86400 s/],
  ['a count is none', { by_subsystem: [{ subsystem: 'a', count: -1 }] }, /by_subsystem/],
  ['a subsystem has no name', { by_subsystem: [{ subsystem: '', count: 1 }] }, /by_subsystem/],
  ['rows are missing', { by_subsystem: null }, /by_subsystem/],
])('an answer in which %s is refused, with nothing taken of it', async (_, wrong, detail) => {
  const answer = { window: '24h', total: 1, by_subsystem: [], generated_at: '2026-01-01T00:00:00', ...wrong };
  await using server = await startLoopback((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  });
  await using desk = new Desk(settingsOf(server.url));
  const end = await desk.poll();
  expect(end).toMatchObject({ ok: false, reason: 'bad_response' });
  expect(end.ok ? '' : end.detail).toMatch(detail);
  expect(desk.batches).toEqual([]);
});
