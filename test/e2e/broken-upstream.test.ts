import { expect, it } from 'vitest';
import type { Fault } from '../../src/demo/woodpecker/faults.ts';
import { FAILURE_REASONS } from '../../src/domain/observation.ts';
import { startLoopback } from '../support/loopback.ts';
import { goodPoll, type Keys, keysOf, nextPoll, pageWith, Stage, type scrape } from './stage.ts';
import { TOLD, tellStory } from './story.ts';

/** What each way to fail is called on `/metrics`. */
const BROKEN: readonly {
  readonly name: string;
  readonly fault: Fault;
  readonly reason: string;
  readonly keys?: Keys;
}[] = [
  { name: 'internal-error', fault: { kind: 'status', status: 500 }, reason: 'server_error' },
  { name: 'bad-gateway', fault: { kind: 'status', status: 502 }, reason: 'server_error' },
  { name: 'unauthorized', fault: { kind: 'status', status: 401 }, reason: 'unauthorized' },
  { name: 'forbidden', fault: { kind: 'status', status: 403 }, reason: 'forbidden' },
  { name: 'not-found', fault: { kind: 'status', status: 404 }, reason: 'not_found' },
  {
    name: 'throttled',
    fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
    reason: 'rate_limited',
  },
  { name: 'web-page', fault: { kind: 'html' }, reason: 'bad_response' },
  { name: 'no-json', fault: { kind: 'invalid_json' }, reason: 'bad_response' },
  { name: 'no-body', fault: { kind: 'empty' }, reason: 'bad_response' },
  { name: 'half-a-body', fault: { kind: 'truncated' }, reason: 'bad_response' },
  { name: 'endless', fault: { kind: 'endless' }, reason: 'too_large', keys: { max_body: '1MiB' } },
  { name: 'reset', fault: { kind: 'reset' }, reason: 'connect' },
  { name: 'silent', fault: { kind: 'hang' }, reason: 'timeout', keys: { request_timeout: '1s' } },
  { name: 'stuck', fault: { kind: 'hang_in_body' }, reason: 'timeout', keys: { request_timeout: '1s' } },
];

it('B14: whatever upstreams do, /metrics answers, the good ones go on, and each bad one says why', async () => {
  await using stage = await Stage.open();
  tellStory(stage, stage.repo('acme/shop'));
  await using servers = new AsyncDisposableStack();
  const sources: Keys[] = [{ name: 'good' }];
  for (const { name, fault, keys } of BROKEN) {
    const broken = servers.use(await Stage.open());
    broken.woodpecker.faults.add(fault);
    sources.push({ name, url: broken.woodpecker.url, ...keys });
  }
  const closed = await startLoopback(() => {});
  await closed[Symbol.asyncDispose]();
  sources.push(
    { name: 'closed', url: closed.url },
    { name: 'no-tls', url: stage.woodpecker.url.replace('http', 'https') },
  );
  const reasons = [...BROKEN, { name: 'closed', reason: 'connect' }, { name: 'no-tls', reason: 'tls' }];
  stage.configure({}, ...sources);
  await using program = await stage.start();

  const page = await pageWith(
    program,
    (page) => sources.every(({ name = '' }) => (page.value('dora_collector_polls_total', { source: name }) ?? 0) > 0),
    'each source has been polled',
  );
  const found = reasons.map(({ name: source }) => {
    const failures = page.all('dora_collector_poll_failures_total', { source });
    expect(new Set(failures.map(({ labels }) => labels['reason']))).toEqual(new Set(FAILURE_REASONS));
    expect(page.value('dora_collector_up', { source }), source).toBe(0);
    expect(page.value('dora_collector_last_success_timestamp_seconds', { source }), source).toBeUndefined();
    return {
      name: source,
      reason: failures
        .filter(({ value }) => value > 0)
        .map(({ labels }) => labels['reason'])
        .join(),
    };
  });
  expect(found).toEqual(reasons.map(({ name, reason }) => ({ name, reason })));
  const good = await goodPoll(program, 'good');
  expect(keysOf(good, 'acme/shop', stage.epoch)).toEqual(TOLD);
  expect(good.all('dora_collector_poll_failures_total', { source: 'good' }).every(({ value }) => value === 0)).toBe(
    true,
  );
});

it('B15: with page 2 of 3 broken there is no last success and no half history; mended, both appear', async () => {
  await using stage = await Stage.open();
  const shop = stage.repo('acme/shop');
  for (let i = 0; i < 120; i += 1) stage.push(shop, i === 60 ? 'failure' : 'success', 60 * i);
  const mend = stage.woodpecker.faults.add({ kind: 'status', status: 500 }, { path: /page=2/ });
  await using program = await stage.start();
  const failures = { source: 'woodpecker', reason: 'server_error' };
  const broken = await pageWith(
    program,
    (page) => (page.value('dora_collector_poll_failures_total', failures) ?? 0) > 1,
    'two failed polls',
  );
  expect(broken.all('dora_collector_last_success_timestamp_seconds')).toEqual([]);
  expect(broken.value('dora_collector_up')).toBe(0);
  expect(broken.targets()).toEqual([]);

  mend();
  const mended = await goodPoll(program);
  expect(mended.value('dora_collector_last_success_timestamp_seconds')).toBeGreaterThan(stage.epoch + 86_000);
  expect(mended.value('dora_deployments_total', { outcome: 'success' })).toBe(119);
});

it('B15: a poll that fails later moves no stamp and keeps the last good data', async () => {
  await using stage = await Stage.open();
  tellStory(stage, stage.repo('acme/shop'));
  const other = stage.repo('acme/other');
  stage.push(other, 'success', 100);
  await using program = await stage.start();
  await goodPoll(program);

  const mend = stage.woodpecker.faults.add({ kind: 'status', status: 502 }, { path: /repos\/2\/pipelines/ });
  stage.push(other, 'failure', 1000);
  const failing = await pageWith(program, (page) => page.value('dora_collector_up') === 0, 'a failed poll');
  const later = await nextPoll(stage, program);
  const stamp = (page: Awaited<ReturnType<typeof scrape>>) =>
    page.value('dora_collector_last_success_timestamp_seconds');
  expect(stamp(later)).toBe(stamp(failing));
  expect(later.value('dora_collector_up')).toBe(0);
  expect(keysOf(later, 'acme/shop', stage.epoch)).toEqual(TOLD);
  expect(later.value('dora_deployments_total', { app: 'acme/other', outcome: 'failure' })).toBe(0);

  mend();
  const mended = await goodPoll(program);
  expect(stamp(mended)).toBeGreaterThan(stamp(failing) ?? Number.POSITIVE_INFINITY);
  expect(mended.value('dora_deployments_total', { app: 'acme/other', outcome: 'failure' })).toBe(1);
});
