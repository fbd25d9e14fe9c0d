import { describe, expect, test, vi } from 'vitest';
import type { Fault } from '../../../src/demo/woodpecker/faults.ts';
import { addPipeline, deletePipeline } from '../../../src/demo/woodpecker/pipelines.ts';
import { setPermission } from '../../../src/demo/woodpecker/state.ts';
import { StoreFailure } from '../../../src/domain/store-failure.ts';
import { HOUR_MS, POLL_MS, TOKEN } from './support-program.ts';
import { looksAt, openStage } from './support-stage.ts';

describe('B14 an upstream that fails is told by a reason of the closed set, and nothing is lost', () => {
  const CASES: readonly (readonly [string, Fault, string])[] = [
    ['500', { kind: 'status', status: 500 }, 'server_error'],
    ['502', { kind: 'status', status: 502 }, 'server_error'],
    ['401', { kind: 'status', status: 401 }, 'unauthorized'],
    ['403', { kind: 'status', status: 403 }, 'forbidden'],
    ['404', { kind: 'status', status: 404 }, 'not_found'],
    ['429', { kind: 'status', status: 429, headers: { 'Retry-After': '7' } }, 'rate_limited'],
    ['a web page', { kind: 'html' }, 'bad_response'],
    ['JSON that is none', { kind: 'invalid_json' }, 'bad_response'],
    ['an empty body', { kind: 'empty' }, 'bad_response'],
    ['half a body', { kind: 'truncated' }, 'bad_response'],
    ['a reset connection', { kind: 'reset' }, 'connect'],
    // As when the permission was lost.
    ['null', { kind: 'null' }, 'forbidden'],
  ];
  test.each(CASES)('%s', async (_, fault, reason) => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    stage.ended(shop, 'failure', stage.now - 100);
    await stage.polls();
    stage.ended(shop, 'success', stage.now);
    const off = stage.server.faults.add(fault);
    expect(await stage.program.cycle()).toMatchObject({ ok: false, reason, partial: false });
    let page = await stage.program.page();
    expect(page.deployments('acme/shop')).toEqual({ success: 0, failure: 1 });
    expect(page.value('dora_collector_up')).toBe(0);
    expect(page.value('dora_collector_poll_failures_total', { reason })).toBe(1);
    expect(JSON.stringify([stage.program.observed, stage.program.logged, page.text])).not.toContain(TOKEN);
    off();
    await stage.polls();
    page = await stage.program.page();
    expect(page.deployments('acme/shop')).toEqual({ success: 1, failure: 1 });
    expect(page.value('dora_collector_up')).toBe(1);
  });

  test('a row in the listing that is none fails the poll, and its place is told', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    await stage.polls();
    shop.full_name = '';
    expect(await stage.program.cycle()).toMatchObject({
      reason: 'bad_response',
      detail: expect.stringContaining('full_name'),
    });
  });
});

describe('a part of a poll that fails', () => {
  test('429 says how long to wait', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    await stage.polls();
    stage.ended(shop, 'success', stage.now);
    const headers = { 'Retry-After': '7' };
    stage.server.faults.add({ kind: 'status', status: 429, headers }, { path: /pipelines/, times: 1 });
    const end = { ok: false, reason: 'rate_limited', retryAfterMs: 7_000, partial: true };
    expect(await stage.program.cycle()).toMatchObject(end);
  });

  test('B16 a poll that takes too long is a time-out, and what was read of others counts', async () => {
    await using stage = await openStage();
    const [shop, web] = [stage.repo('acme/shop'), stage.repo('acme/web')];
    await stage.polls();
    for (const repo of [shop, web]) stage.ended(repo, 'success', stage.now);
    stage.server.faults.add({ kind: 'hang' }, { path: /\/1\/pipelines/, times: 1 });
    const cycle = stage.program.cycle();
    await vi.waitFor(() => expect(stage.server.requests.at(-1)?.path).toContain('/pipelines'));
    await vi.waitFor(() => expect(stage.program.observed.filter(({ kind }) => kind === 'request')).toHaveLength(3));
    await stage.clock.advance(60_000);
    expect(await cycle).toMatchObject({ ok: false, reason: 'timeout' });
    expect((await stage.program.page()).deployments()).toEqual({ success: 1, failure: 0 });
    await stage.polls();
    expect((await stage.program.page()).deployments()).toEqual({ success: 2, failure: 0 });
  });

  test('B15 a page in the middle: nothing of that repository is taken, others are, and no success is stamped', async () => {
    await using stage = await openStage();
    const [shop, web] = [stage.repo('acme/shop'), stage.repo('acme/web')];
    for (const repo of [shop, web]) stage.ended(repo, 'success', stage.now - 1000);
    await stage.polls();
    const stamped = (await stage.program.page()).value('dora_collector_last_success_timestamp_seconds');
    for (let number = 0; number < 120; number += 1) stage.ended(shop, 'success', stage.now - 120 + number);
    stage.ended(web, 'success', stage.now);
    stage.server.faults.add({ kind: 'status', status: 500 }, { path: /\/1\/pipelines\?page=2/, times: 1 });
    expect(await stage.program.cycle()).toMatchObject({ ok: false, reason: 'server_error', partial: true });
    await stage.clock.advance(POLL_MS);
    let page = await stage.program.page();
    expect(page.deployments('acme/shop').success).toBe(1);
    expect(page.deployments('acme/web').success).toBe(2);
    expect(page.value('dora_collector_last_success_timestamp_seconds')).toBe(stamped);
    expect(looksAt(await stage.asked(() => stage.polls()), shop)).toEqual(['list', 'list', 'list']);
    page = await stage.program.page();
    expect(page.deployments('acme/shop').success).toBe(121);
    expect(page.value('dora_collector_last_success_timestamp_seconds')).toBeGreaterThan(stamped ?? 0);
  });

  test('the detail of one row: that one waits, though the listing never changes, and the others count', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    await stage.polls();
    const failed = stage.ended(shop, 'failure', stage.now - 20);
    stage.ended(shop, 'failure', stage.now - 10);
    const off = stage.server.faults.add(
      { kind: 'status', status: 500 },
      { path: new RegExp(`/pipelines/${failed.number}$`) },
    );
    expect(await stage.program.cycle()).toMatchObject({ ok: false, reason: 'server_error', partial: true });
    expect((await stage.program.page()).deployments('acme/shop').failure).toBe(1);
    await stage.clock.advance(POLL_MS);
    expect(await stage.program.cycle()).toMatchObject({ ok: false, partial: true });
    off();
    await stage.polls();
    const page = await stage.program.page();
    expect(page.deployments('acme/shop').failure).toBe(2);
    // It was the first of the run, however late it was decided.
    expect(page.value('dora_deployment_failure_timestamp', { app: 'acme/shop' })).toBe(failed.finished);
  });

  test.each(['3.17.0', '2.8.3'])('%s: the detail of the newest row alone', async (version) => {
    await using stage = await openStage({ version, keys: { settle: '0s' } });
    const shop = stage.repo('acme/shop');
    await stage.polls();
    stage.ended(shop, 'failure', stage.now);
    stage.server.faults.add({ kind: 'html' }, { path: /pipelines\/\d+$/, times: 2 });
    for (const _ of [1, 2]) {
      expect(await stage.program.cycle()).toMatchObject({ ok: false, reason: 'bad_response', partial: true });
      await stage.clock.advance(POLL_MS);
    }
    await stage.polls();
    expect((await stage.program.page()).deployments('acme/shop').failure).toBe(1);
  });

  test('404 for a row and for the list: access was lost, the row stays open and counts when access is back', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    const open = stage.running(shop);
    const newer = stage.running(shop);
    await stage.polls();
    stage.end(open, 'success');
    // The forge says no, while the listing still believes its own table.
    const off = stage.server.faults.add({ kind: 'status', status: 404 }, { path: /\/pipelines/ });
    await stage.polls(5);
    expect((await stage.program.page()).ignored()).toEqual({});
    off();
    stage.end(newer, 'success');
    await stage.polls();
    expect((await stage.program.page()).deployments('acme/shop').success).toBe(2);
    expect((await stage.program.page()).ignored()).toEqual({});
  });

  test('404 for the newest row that the listing goes on showing: asked for ever more rarely, and counted once it is there', async () => {
    await using stage = await openStage({ keys: { settle: '0s' } });
    const shop = stage.repo('acme/shop');
    await stage.polls();
    const failed = stage.ended(shop, 'failure', stage.now);
    const path = new RegExp(`/pipelines/${failed.number}$`);
    const off = stage.server.faults.add({ kind: 'status', status: 404 }, { path });
    const asked = () => stage.server.requests.filter((request) => path.test(request.path)).length;
    const polls = (minutes: number) => (minutes * 60_000) / POLL_MS;
    await stage.polls(polls(10));
    const often = asked();
    expect(often).toBeGreaterThanOrEqual(polls(10) - 1);
    await stage.polls(polls(180));
    expect(asked() - often).toBeLessThan(10);
    off();
    await stage.polls(polls(60));
    expect((await stage.program.page()).deployments('acme/shop').failure).toBe(1);
  });

  test('404 for a row while the list cannot be read: nobody knows yet, and the poll says so', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    const open = stage.running(shop);
    stage.running(shop);
    await stage.polls();
    deletePipeline(stage.server.state, open);
    stage.server.faults.add({ kind: 'status', status: 500 }, { path: /pipelines\?/, times: 1 });
    expect(await stage.program.cycle()).toMatchObject({ ok: false, reason: 'server_error', partial: true });
    expect((await stage.program.page()).ignored()).toEqual({});
    await stage.clock.advance(POLL_MS);
    await stage.polls();
    expect((await stage.program.page()).ignored()).toEqual({ gone: 1 });
  });

  test('a list that says 404 means that the repository is not listed: it is forgotten after forget_after', async () => {
    await using stage = await openStage();
    const [shop, web] = [stage.repo('acme/shop'), stage.repo('acme/web')];
    for (const repo of [shop, web]) stage.ended(repo, 'success', stage.now - 1000);
    await stage.polls();
    stage.ended(shop, 'success', stage.now);
    const off = stage.server.faults.add({ kind: 'status', status: 404 }, { path: /\/1\/pipelines/ });
    await stage.polls(HOUR_MS / POLL_MS);
    expect((await stage.program.page()).deployments('acme/shop').success).toBe(1);
    await stage.polls();
    expect((await stage.program.page()).text).not.toContain('acme/shop');
    off();
    await stage.polls();
    expect((await stage.program.page()).deployments('acme/shop').success).toBe(2);
  });

  test('forget_after does not run over failed polls', async () => {
    await using stage = await openStage();
    const [shop, web] = [stage.repo('acme/shop'), stage.repo('acme/web')];
    for (const repo of [shop, web]) stage.ended(repo, 'success', stage.now - 1000);
    await stage.polls();
    setPermission(shop, stage.user, 'none');
    stage.ended(web, 'success', stage.now);
    stage.server.faults.add({ kind: 'status', status: 500 }, { path: /\/2\/pipelines/, times: 200 });
    for (let poll = 0; poll < 200; poll += 1) {
      expect((await stage.program.cycle()).ok).toBe(false);
      await stage.clock.advance(POLL_MS);
    }
    await stage.polls();
    expect((await stage.program.page()).deployments('acme/shop').success).toBe(1);
  });
});

describe('B12 the store', () => {
  test('that takes nothing fails the poll, tells no half of it, and the next poll records the whole', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    stage.ended(shop, 'success', stage.now - 1000);
    await stage.polls();
    const { inbox } = stage.program;
    const { record } = inbox;
    stage.ended(shop, 'failure', stage.now);
    inbox.record = () => Promise.reject(new StoreFailure('the disk is full'));
    const before = await stage.program.page();
    expect(await stage.program.cycle()).toMatchObject({ ok: false, reason: 'store' });
    const after = await stage.program.page();
    expect(after.deployments('acme/shop')).toEqual(before.deployments('acme/shop'));
    inbox.record = record;
    await stage.clock.advance(POLL_MS);
    await stage.polls();
    expect((await stage.program.page()).deployments('acme/shop')).toEqual({ success: 1, failure: 1 });
  });
});

test('B19 a status that nobody knows is neither a success nor a failure, and decided when it ends', async () => {
  await using stage = await openStage();
  const shop = stage.repo('acme/shop');
  await stage.polls();
  const weird = addPipeline(stage.server.state, shop, { status: 'weird', started: stage.now, finished: stage.now });
  await stage.polls(5);
  let page = await stage.program.page();
  expect(page.deployments()).toEqual({ success: null, failure: null });
  expect(page.text).not.toContain('weird');
  expect(page.ignored()).toEqual({});
  stage.end(weird, 'success');
  await stage.polls();
  page = await stage.program.page();
  expect(page.deployments('acme/shop').success).toBe(1);
});
