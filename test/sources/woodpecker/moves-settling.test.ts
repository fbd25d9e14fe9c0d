import { describe, expect, test } from 'vitest';
import { addPipeline } from '../../../src/demo/woodpecker/pipelines.ts';
import { looksAt, openStage } from './support-stage.ts';

const SHOP = { app: 'acme/shop' };
const QUICK = { cancel_previous_pipeline_events: ['push', 'pull_request'] };

describe('a verdict that may still change', () => {
  test('killed is decided only after settle, by the time of the answer, and costs nothing meanwhile', async () => {
    await using stage = await openStage({ keys: { count_killed: true } });
    const shop = stage.repo('acme/shop');
    const open = stage.running(shop);
    await stage.polls();
    stage.end(open, 'killed');
    expect(looksAt(await stage.asked(() => stage.polls()), shop)).toEqual(['list']);
    expect(await stage.asked(() => stage.polls(3))).toEqual(Array(3).fill('/api/user/repos'));
    expect((await stage.program.page()).deployments('acme/shop').failure).toBeNull();
    await stage.polls();
    expect((await stage.program.page()).deployments('acme/shop').failure).toBe(1);
  });

  test('the Date of the answers is what counts, not our clock', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    await stage.polls();
    stage.ended(shop, 'killed', stage.now);
    const stopped = new Date(stage.clock.now()).toUTCString();
    const off = stage.server.faults.add({ kind: 'wrong_date', date: stopped });
    await stage.polls(20);
    expect((await stage.program.page()).ignored()).toEqual({});
    off();
    await stage.polls();
    expect((await stage.program.page()).ignored()).toEqual({ killed: 1 });
  });

  test.each(['3.17.0', '2.8.3'])('%s: a row whose updated moves settles from there on', async (version) => {
    await using stage = await openStage({ version });
    const shop = stage.repo('acme/shop');
    await stage.polls();
    const killed = stage.ended(shop, 'killed', stage.now);
    await stage.polls(3);
    // An agent answers late: only `updated` moves, of which a feed tells nothing.
    stage.end(killed, 'killed', { finished: killed.finished, updated: stage.now });
    await stage.polls(3);
    expect((await stage.program.page()).ignored()).toEqual({});
    await stage.polls(2);
    expect((await stage.program.page()).ignored()).toEqual({ killed: 1 });
  });

  test('2.8.3: killed that becomes a failure counts once, as what it became', async () => {
    await using stage = await openStage({ version: '2.8.3' });
    const shop = stage.repo('acme/shop');
    const open = stage.running(shop);
    await stage.polls();
    stage.end(open, 'killed');
    await stage.polls(2);
    stage.end(open, 'failure', {
      workflows: [{ name: 'deploy', state: 'failure', error: 'uuid=1: exit code 1', started: open.started }],
    });
    await stage.polls(6);
    const page = await stage.program.page();
    expect(page.deployments('acme/shop')).toEqual({ success: 0, failure: 1 });
    expect(page.ignored()).toEqual({});
  });

  test('a failure of 3.17 does not wait', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    await stage.polls();
    stage.ended(shop, 'failure', stage.now);
    await stage.polls();
    expect((await stage.program.page()).deployments('acme/shop').failure).toBe(1);
  });

  test('with workflow a row is asked for once, when it is decided', async () => {
    await using stage = await openStage({ keys: { workflow: 'deploy' } });
    const shop = stage.repo('acme/shop');
    await stage.polls();
    const failed = stage.ended(shop, 'failure', stage.now - 5);
    const killed = stage.ended(shop, 'killed', stage.now);
    expect(looksAt(await stage.asked(() => stage.polls()), shop)).toEqual(['list', String(failed.number)]);
    expect(looksAt(await stage.asked(() => stage.polls(10)), shop)).toEqual([String(killed.number)]);
    const page = await stage.program.page();
    expect(page.deployments('acme/shop')).toEqual({ success: 0, failure: 1 });
    expect(page.ignored()).toEqual({ killed: 1 });
  });

  test('killed neither opens nor closes an incident', async () => {
    await using stage = await openStage({ keys: { settle: '0s' } });
    const shop = stage.repo('acme/shop');
    await stage.polls();
    stage.ended(shop, 'killed', stage.now - 20);
    await stage.polls();
    expect((await stage.program.page()).value('dora_incident_open', SHOP)).toBeNull();
    stage.ended(shop, 'failure', stage.now);
    await stage.polls();
    stage.ended(shop, 'killed', stage.now);
    await stage.polls();
    expect((await stage.program.page()).value('dora_incident_open', SHOP)).toBe(1);
  });
});

describe('superseded', () => {
  test('2.8.3: by a newer pipeline of the same branch, created before it ended', async () => {
    await using stage = await openStage({ version: '2.8.3', keys: { settle: '0s', count_killed: true } });
    const shop = stage.repo('acme/shop', QUICK);
    const older = stage.running(shop);
    await stage.polls();
    stage.running(shop, { created: stage.now - 10 });
    stage.end(older, 'failure', {
      workflows: [{ name: 'deploy', state: 'failure', error: 'Canceled', started: older.started }],
    });
    await stage.polls();
    expect((await stage.program.page()).ignored()).toEqual({ superseded: 1 });
  });

  const NOT_SUPERSEDED: readonly (readonly [string, object, object])[] = [
    ['of another branch', QUICK, { branch: 'other' }],
    ['of another event', QUICK, { event: 'tag' }],
    ['created after it ended', QUICK, { created: 'later' }],
    ['in a repository that cancels nothing', {}, {}],
  ];
  test.each(NOT_SUPERSEDED)('2.8.3: not by one %s', async (_, repo, newer) => {
    await using stage = await openStage({ version: '2.8.3', keys: { settle: '0s', branches: ['other'] } });
    const shop = stage.repo('acme/shop', repo);
    const older = stage.running(shop);
    await stage.polls();
    const created = 'created' in newer ? stage.now + 10 : stage.now - 10;
    addPipeline(stage.server.state, shop, { status: 'running', started: stage.now, ...newer, created });
    stage.end(older, 'failure', {
      workflows: [{ name: 'deploy', state: 'failure', error: 'Canceled', started: older.started }],
    });
    await stage.polls();
    const { killed, superseded } = (await stage.program.page()).ignored();
    expect({ killed, superseded }).toEqual({ killed: 1, superseded: undefined });
  });

  test('2.8.3: far down in the list, and the newest, which nothing superseded', async () => {
    await using stage = await openStage({ version: '2.8.3', keys: { settle: '2m' } });
    const shop = stage.repo('acme/shop', QUICK);
    const older = stage.running(shop);
    await stage.polls();
    stage.end(older, 'killed');
    for (let number = 0; number < 60; number += 1) stage.ended(shop, 'success', stage.now, { created: stage.now - 5 });
    stage.ended(shop, 'killed', stage.now);
    await stage.polls(6);
    const page = await stage.program.page();
    expect(page.ignored()).toEqual({ superseded: 1, killed: 1 });
    expect(page.deployments('acme/shop').success).toBe(60);
  });

  test('2.8.3: so far down that a look for news does not come to it', async () => {
    await using stage = await openStage({ version: '2.8.3' });
    const shop = stage.repo('acme/shop', QUICK);
    const older = stage.running(shop);
    await stage.polls();
    stage.ended(shop, 'success', stage.now, { created: stage.now - 5 });
    stage.end(older, 'killed');
    await stage.clock.advance(10_000);
    for (let number = 0; number < 110; number += 1) stage.ended(shop, 'success', stage.now, { created: stage.now });
    await stage.polls(4);
    expect((await stage.program.page()).ignored()).toEqual({});
    stage.ended(shop, 'success', stage.now, { created: stage.now });
    await stage.polls();
    expect((await stage.program.page()).ignored()).toEqual({ superseded: 1 });
  });
});
