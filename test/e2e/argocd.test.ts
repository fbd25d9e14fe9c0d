import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeApplication } from '../../src/demo/argocd/applications.ts';
import { setHealth, setSync } from '../../src/demo/argocd/status.ts';
import { endStreams } from '../../src/demo/argocd/watchers.ts';
import { type Program, startProgram } from '../support/program.ts';
import { ARGOCD_TOKEN, ArgocdStage, deployed, NO_IMAGE, toldOf } from './argocd-stage.ts';
import { goodPoll, items, pageWith, scrape } from './stage.ts';

const NO_KIND = { phase: 'Failed', message: 'one or more objects failed to apply: no such kind' } as const;

/** Many polls, a kill -9 and a start later the page and the API say of targets what they said. */
async function expectToStay(stage: ArgocdStage, program: Program): Promise<void> {
  const before = await scrape(program);
  const lists = ['deployments', 'incidents', 'targets'];
  const answers = async (of: Program) => await Promise.all(lists.map((list) => items(of, list)));
  const said = await answers(program);
  expect(before.targets().length).toBeGreaterThan(10);
  expect((await stage.polls(program, 2)).targets()).toEqual(before.targets());
  await program.kill();

  await using again = await stage.start();
  expect((await scrape(again)).targets(), 'before the first poll').toEqual(before.targets());
  await goodPoll(again, 'argocd');
  expect((await stage.polls(again)).targets()).toEqual(before.targets());
  expect(await answers(again)).toEqual(said);
}

it('starts from ARGOCD_URL and ARGOCD_TOKEN alone, in an empty working directory', async () => {
  await using stage = await ArgocdStage.open();
  const shop = stage.app('shop');
  stage.deploy(shop, 'a');
  stage.deploy(shop, 'b', NO_IMAGE);
  const failureAt = stage.second;
  const cwd = join(stage.folder, 'empty');
  mkdirSync(cwd);
  const env = { ARGOCD_URL: stage.argocd.url, ARGOCD_TOKEN };
  await using program = await startProgram(['--web.listen-address=127.0.0.1:0'], { cwd, env });
  const page = await goodPoll(program, 'argocd');
  expect(toldOf(page, 'shop', stage.epoch)).toMatchObject({ successes: 1, failures: 1, failureAt, open: 1 });
  expect(await program.stop()).toEqual({ code: 0, signal: null });
});

// These four wait for polls most of their time.
it.concurrent('two failed syncs and a good one are one incident, each failure is shown, and it stays so over kill -9', async () => {
  await using stage = await ArgocdStage.open();
  const shop = stage.app('shop', { labels: { team: 'red', env: 'live' } });
  stage.deploy(shop, 'a');
  await using program = await stage.start();
  await goodPoll(program, 'argocd');

  stage.deploy(shop, 'b', NO_IMAGE);
  const failureAt = stage.second;
  const failing = await deployed(program, 'shop', 'failure', 1);
  expect(toldOf(failing, 'shop', stage.epoch)).toMatchObject({ failureAt, open: 1, changeFailures: { deployment: 1 } });
  stage.deploy(shop, 'c', NO_KIND);
  await deployed(program, 'shop', 'failure', 2);
  stage.deploy(shop, 'd');
  const recoveryAt = stage.second;
  const page = await deployed(program, 'shop', 'success', 2);
  expect(toldOf(page, 'shop', stage.epoch)).toEqual({
    successes: 2,
    failures: 2,
    changeFailures: { deployment: 2 },
    rework: { deployment: 1 },
    failureAt,
    recoveryAt,
    open: 0,
    recoveries: 1,
    recoverySeconds: recoveryAt - failureAt,
  });
  expect(page.all('dora_deployments_total')[0]?.labels).toMatchObject({ environment: 'live', team: 'red' });

  const [incident, ...others] = await items(program, 'incidents');
  expect(others).toEqual([]);
  expect(incident).toMatchObject({
    kind: 'deployment',
    outcome: 'recovered',
    failures: 2,
    recovery_seconds: recoveryAt - failureAt,
    opened_by: { details: NO_IMAGE },
    run: [{ details: NO_IMAGE }, { details: NO_KIND }],
    closed_by: { outcome: 'success' },
  });
  const failures = (await items(program, 'deployments')).filter(({ outcome }) => outcome === 'failure');
  expect(failures.map(({ details }) => details)).toEqual([
    expect.objectContaining(NO_KIND),
    expect.objectContaining(NO_IMAGE),
  ]);
  await expectToStay(stage, program);
});

it.concurrent('Degraded for longer than degraded_for is an incident and a change failure of the deployment before; Healthy ends it', async () => {
  await using stage = await ArgocdStage.open();
  const { state } = stage.argocd;
  const shop = stage.app('shop');
  stage.deploy(shop, 'a');
  stage.deploy(shop, 'b');
  await using program = await stage.start();
  await goodPoll(program, 'argocd');

  stage.pass(60);
  setHealth(state, shop, 'Degraded');
  // It has not stood at all yet.
  expect(toldOf(await stage.polls(program), 'shop', stage.epoch, 'degraded')).toMatchObject({ changeFailures: {} });
  stage.pass(1);
  const open = { kind: 'degraded', app: 'shop' };
  const degraded = await pageWith(
    program,
    (page) => page.value('dora_incident_open', open) === 1,
    'a degraded incident',
  );
  expect(degraded.value('dora_change_failures_total', { app: 'shop', cause: 'degraded' })).toBe(1);
  const deployments = await items(program, 'deployments');
  expect(deployments.map((one) => one['change_failure'])).toEqual(['degraded', null]);

  stage.pass(239);
  setHealth(state, shop, 'Healthy');
  const page = await pageWith(program, (page) => page.value('dora_incident_open', open) === 0, 'the incident is over');
  expect(toldOf(page, 'shop', stage.epoch, 'degraded')).toMatchObject({
    successes: 2,
    failures: 0,
    changeFailures: { degraded: 1 },
    rework: {},
    open: 0,
    recoveries: 1,
    recoverySeconds: 240,
  });
  expect(await items(program, 'incidents')).toMatchObject([
    { kind: 'degraded', outcome: 'recovered', recovery_seconds: 240, attributed_to: { id: deployments[0]?.['id'] } },
  ]);
  await expectToStay(stage, program);
});

it.concurrent('a rollback makes its predecessor a change failure and is rework', async () => {
  await using stage = await ArgocdStage.open();
  const shop = stage.app('shop');
  stage.deploy(shop, 'a');
  await using program = await stage.start();
  await goodPoll(program, 'argocd');
  stage.deploy(shop, 'b');
  expect(toldOf(await deployed(program, 'shop', 'success', 2), 'shop', stage.epoch).changeFailures).toEqual({});

  stage.rollBack(shop, 0);
  const page = await deployed(program, 'shop', 'success', 3);
  expect(toldOf(page, 'shop', stage.epoch)).toMatchObject({
    changeFailures: { rollback: 1 },
    rework: { rollback: 1 },
    failures: 0,
    open: 0,
  });
  const [back, blamed, first] = await items(program, 'deployments');
  expect(back).toMatchObject({ rework: 'rollback', change_failure: null });
  expect(blamed).toMatchObject({ rework: null, change_failure: 'rollback' });
  expect(first).toMatchObject({ rework: null, change_failure: null });
  await expectToStay(stage, program);
});

it.concurrent('B8: a failure is counted once after kill -9 in each request that reads it', async () => {
  await using stage = await ArgocdStage.open();
  const shop = stage.app('shop');
  stage.deploy(shop, 'a');
  const readings = [/^\/api\/v1\/applications\/shop\?/, /^\/api\/v1\/applications\/shop\/events/];
  for (const path of [...readings.slice(0, 1), null, ...readings]) {
    const heal = path === null ? null : stage.argocd.faults.add({ kind: 'hang' }, { path });
    const before = stage.asked(path ?? /./);
    await using program = await stage.start();
    if (path === null) await goodPoll(program, 'argocd');
    else await program.until(() => stage.asked(path) > before, `a request for ${path}`);
    await program.kill();
    heal?.();
    // From the first good poll on.
    if (path === null) stage.deploy(shop, 'b', NO_IMAGE);
  }
  await using program = await stage.start();
  await deployed(program, 'shop', 'failure', 1);
  expect(toldOf(await stage.polls(program), 'shop', stage.epoch)).toMatchObject({
    successes: 1,
    failures: 1,
    changeFailures: { deployment: 1 },
    failureAt: stage.second,
    open: 1,
  });
  expect(await items(program, 'deployments')).toHaveLength(2);
});

it('stream: true brings news long before the next poll is due, is cut and opened anew, and ends with the program', async () => {
  await using stage = await ArgocdStage.open();
  const { state } = stage.argocd;
  const shop = stage.app('shop');
  stage.deploy(shop, 'a');
  // No wait in this test is as long as that.
  stage.configure([stage.source({ stream: true, poll_interval: '1h' })]);
  await using program = await stage.start();
  await goodPoll(program, 'argocd');
  await program.until(() => state.watchers.size === 1, 'a stream');
  expect(stage.asked(/^\/api\/v1\/applications\?/)).toBe(1);
  expect(await program.stop()).toEqual({ code: 0, signal: null });
  expect(state.watchers.size).toBe(0);

  stage.configure([stage.source({ stream: true, poll_interval: '30s' })]);
  await using quick = await stage.start();
  await goodPoll(quick, 'argocd');
  // The snapshot that a stream begins with has already made one poll more.
  await quick.until(() => stage.asked(/^\/api\/v1\/applications\?/) >= 3, 'the poll that the stream brings');
  endStreams(state, null);
  await quick.until(() => quick.log.some(({ msg }) => msg === 'the stream was cut, and is opened anew'), 'a line');
  await quick.until(() => state.watchers.size === 1, 'another stream');
  stage.deploy(shop, 'b', NO_IMAGE);
  const page = await deployed(quick, 'shop', 'failure', 1);
  expect(toldOf(page, 'shop', stage.epoch)).toMatchObject({ successes: 1, failureAt: stage.second, open: 1 });
  // With 30 s between them by the clock alone, this many polls take longer than any wait here lasts.
  expect(stage.asked(/^\/api\/v1\/applications\?/)).toBeGreaterThanOrEqual(4);
  expect(await quick.stop()).toEqual({ code: 0, signal: null });
});

it('an application that is deleted and made again goes on where its target stood', async () => {
  await using stage = await ArgocdStage.open();
  const shop = stage.app('shop');
  stage.deploy(shop, 'a');
  stage.deploy(shop, 'b', NO_IMAGE);
  const failureAt = stage.second;
  await using program = await stage.start();
  // On a slow machine the first poll is over before the first read is.
  const before = await deployed(program, 'shop', 'failure', 1);
  removeApplication(stage.argocd.state, shop);
  await pageWith(program, (page) => page.targets().length === 0, 'the series are gone');

  stage.pass(60);
  const again = stage.app('shop');
  const back = await pageWith(program, (page) => page.targets().length > 0, 'the series are back');
  expect(back.targets()).toEqual(before.targets());
  stage.deploy(again, 'c');
  expect(toldOf(await deployed(program, 'shop', 'success', 2), 'shop', stage.epoch)).toMatchObject({
    failureAt,
    recoveryAt: stage.second,
    open: 0,
    recoveries: 1,
    recoverySeconds: stage.second - failureAt,
  });
});

it('a failed change that is taken back in git ends its incident as withdrawn, without a deployment', async () => {
  await using stage = await ArgocdStage.open();
  const shop = stage.app('shop');
  stage.deploy(shop, 'a');
  stage.deploy(shop, 'b', NO_IMAGE);
  const failureAt = stage.second;
  await using program = await stage.start();
  await goodPoll(program, 'argocd');
  stage.pass(100);
  setSync(stage.argocd.state, shop, 'Synced', ['c'.repeat(40)]);
  const open = { kind: 'deployment', app: 'shop' };
  const page = await pageWith(program, (page) => page.value('dora_incident_open', open) === 0, 'the incident is over');
  expect(toldOf(page, 'shop', stage.epoch)).toEqual({
    successes: 1,
    failures: 1,
    changeFailures: { deployment: 1 },
    rework: {},
    failureAt,
    recoveryAt: null,
    open: 0,
    recoveries: 1,
    recoverySeconds: 100,
  });
  expect(await items(program, 'incidents')).toMatchObject([{ outcome: 'withdrawn', recovery_seconds: 100 }]);
});

it('what failed and was repaired while the program was killed is read back, the failure from its event', async () => {
  await using stage = await ArgocdStage.open();
  const shop = stage.app('shop');
  stage.deploy(shop, 'a');
  {
    await using program = await stage.start();
    await goodPoll(program, 'argocd');
    await program.kill();
  }
  stage.deploy(shop, 'b', NO_IMAGE);
  const failureAt = stage.second;
  stage.deploy(shop, 'c');
  const recoveryAt = stage.second;
  await using program = await stage.start();
  const page = await deployed(program, 'shop', 'success', 2);
  expect(toldOf(page, 'shop', stage.epoch)).toEqual({
    successes: 2,
    failures: 1,
    changeFailures: { deployment: 1 },
    rework: { deployment: 1 },
    failureAt,
    recoveryAt,
    open: 0,
    recoveries: 1,
    recoverySeconds: recoveryAt - failureAt,
  });
  expect(await items(program, 'incidents')).toMatchObject([
    // An event does not tell which of the two it was.
    { outcome: 'recovered', opened_by: { details: { phase: 'Failed or Error', message: NO_IMAGE.message } } },
  ]);
  expect(page.value('dora_collector_gaps_total', { source: 'argocd' }) ?? 0).toBe(0);
});

it('a new application is a target from first sight, all 0, and its first live failure increments', async () => {
  await using stage = await ArgocdStage.open();
  stage.deploy(stage.app('shop'), 'a');
  await using program = await stage.start();
  await goodPoll(program, 'argocd');
  const fresh = stage.app('fresh');
  const seen = await pageWith(program, (page) => page.targets({ app: 'fresh' }).length > 0, 'it is a target');
  expect(toldOf(seen, 'fresh', stage.epoch)).toMatchObject({ successes: 0, failures: 0, failureAt: null, open: 0 });
  expect(seen.value('dora_change_failures_total', { app: 'fresh', cause: 'deployment' })).toBe(0);

  stage.deploy(fresh, 'a', NO_IMAGE);
  const failing = await deployed(program, 'fresh', 'failure', 1);
  expect(toldOf(failing, 'fresh', stage.epoch)).toMatchObject({
    changeFailures: { deployment: 1 },
    failureAt: stage.second,
    open: 1,
  });
});
