import { expect, test } from 'vitest';
import type { Fault } from '../../../src/demo/woodpecker/faults.ts';
import { addPipeline } from '../../../src/demo/woodpecker/pipelines.ts';
import { type SimulatedWoodpecker, startWoodpecker } from '../../../src/demo/woodpecker/start.ts';
import { addRepo } from '../../../src/demo/woodpecker/state.ts';
import { get, wire } from './client.ts';

const NOW = Date.UTC(2026, 2, 18);

async function failing(fault: Fault, options?: { path?: RegExp; times?: number }): Promise<SimulatedWoodpecker> {
  const server = await startWoodpecker({ version: '3.17.0', now: () => NOW });
  addPipeline(server.state, addRepo(server.state, { full_name: 'acme/shop' }));
  server.faults.add(fault, options);
  return server;
}

test.each([500, 502, 401, 403, 404])('a switch makes it answer %i', async (status) => {
  await using server = await failing({ kind: 'status', status });
  expect((await get(`${server.url}/version`)).status).toBe(status);
});

test('429 can carry Retry-After', async () => {
  await using server = await failing({ kind: 'status', status: 429, headers: { 'Retry-After': '7' } });
  const response = await get(`${server.url}/version`);
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
});

test('a web page comes with 200', async () => {
  await using server = await failing({ kind: 'html' });
  const response = await get(`${server.url}/version`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
});

test.each([
  ['invalid_json', '[{"id": 1,'],
  ['null', 'null'],
  ['empty', ''],
] as const)('%s comes with 200 as if it were JSON', async (kind, body) => {
  await using server = await failing({ kind });
  const response = await get(`${server.url}/version`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  expect(await response.text()).toBe(body);
});

test('a truncated body is shorter than it promised', async () => {
  await using server = await failing({ kind: 'truncated' });
  const { text } = await wire(`${server.url}/version`);
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const promised = Number(/content-length: (\d+)/i.exec(head)?.[1]);
  expect(body.length).toBeGreaterThan(0);
  expect(body.length).toBeLessThan(promised);
  await expect(get(`${server.url}/version`).then((response) => response.text())).rejects.toThrow();
});

test('an endless body goes on as long as one reads', async () => {
  await using server = await failing({ kind: 'endless' });
  const { text } = await wire(`${server.url}/version`, (soFar) => soFar.length >= 5_000_000);
  expect(text.length).toBeGreaterThanOrEqual(5_000_000);
});

test('a reset ends the connection without an answer', async () => {
  await using server = await failing({ kind: 'reset' });
  expect(await wire(`${server.url}/version`)).toEqual({ text: '', error: 'ECONNRESET' });
});

test('a server that hangs sends nothing, and closing it still ends at once', async () => {
  const server = await failing({ kind: 'hang' });
  const answer = wire(`${server.url}/version`);
  await expect.poll(() => server.requests.length).toBe(1);
  await server.close();
  expect((await answer).text).toBe('');
});

test('a server that hangs in the body sends the headers and half of it', async () => {
  const server = await failing({ kind: 'hang_in_body' });
  const half = '{"source":"https://github.com/woodpecker';
  let seen = '';
  const answer = wire(`${server.url}/version`, (text) => {
    seen = text;
    return false;
  });
  await expect.poll(() => seen.includes('{"source":')).toBe(true);
  expect(seen).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  expect(half.startsWith(seen.split('\r\n\r\n')[1] ?? '-')).toBe(true);
  await server.close();
  expect((await answer).text).toBe(seen);
});

test('a slow server gives the true answer, late', async () => {
  await using server = await failing({ kind: 'slow', delayMs: 50 });
  const began = performance.now();
  const response = await get(`${server.url}/version`);
  expect(await response.json()).toMatchObject({ version: '3.17.0' });
  expect(performance.now() - began).toBeGreaterThanOrEqual(45);
});

test('a wrong Date stands over the true answer', async () => {
  await using server = await failing({ kind: 'wrong_date', date: 'yesterday' });
  const response = await get(`${server.url}/version`);
  expect(response.headers.get('date')).toBe('yesterday');
  expect(await response.json()).toMatchObject({ version: '3.17.0' });
});

test('a fault strikes only the paths it names, and as often as it was told', async () => {
  await using server = await failing({ kind: 'status', status: 500 }, { path: /\/pipelines\?/, times: 2 });
  const list = `${server.url}/api/repos/1/pipelines?page=1`;
  const statuses: number[] = [];
  for (const url of [list, `${server.url}/version`, list, list]) statuses.push((await get(url)).status);
  expect(statuses).toEqual([500, 200, 500, 200]);
});

test('faults are switched off one by one or all at once, and the newest goes first', async () => {
  await using server = await failing({ kind: 'status', status: 500 });
  const url = `${server.url}/version`;
  const off = server.faults.add({ kind: 'status', status: 503 });
  expect((await get(url)).status).toBe(503);
  off();
  expect((await get(url)).status).toBe(500);
  server.faults.clear();
  expect((await get(url)).status).toBe(200);
});
