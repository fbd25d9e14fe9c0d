import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeApplication } from '../../src/demo/argocd/applications.ts';
import { ARGOCD_TOKEN, ArgocdStage, deployed, NO_IMAGE } from './argocd-stage.ts';
import type { Page } from './page.ts';
import { goodPoll, items, nextPoll, pageWith, Stage } from './stage.ts';

it('servers that answer 500, 401 or nothing yet fail alone, say why, keep what they had, and come back', async () => {
  await using ci = await Stage.open();
  await using stages = new AsyncDisposableStack();
  const broken = stages.use(await ArgocdStage.open());
  const refusing = stages.use(await ArgocdStage.open());
  const starting = stages.use(await ArgocdStage.open());
  const servers = { broken, refusing, starting };
  for (const [name, stage] of Object.entries(servers)) stage.deploy(stage.app(name), 'a');
  const repo = ci.repo('acme/shop');
  ci.push(repo, 'success', 100);
  broken.configure([
    {
      type: 'woodpecker',
      url: ci.woodpecker.url,
      token_file: join(ci.folder, 'token'),
      poll_interval: '1s',
      settle: '0s',
    },
    ...Object.entries(servers).map(([name, stage]) => stage.source({ name })),
  ]);
  await using program = await broken.start();
  const names = Object.keys(servers);
  const allAre = (up: number) => (page: Page) =>
    names.every((source) => page.value('dora_collector_up', { source }) === up);
  const before = await pageWith(program, allAre(1), 'each server has been read');

  broken.argocd.faults.add({ kind: 'status', status: 500 });
  refusing.token.state = 'revoked';
  starting.argocd.state.justStarted = { known: 0 };
  const during = await pageWith(program, allAre(0), 'each server fails');
  const reasonsOf = (page: Page, source: string) =>
    page
      .all('dora_collector_poll_failures_total', { source })
      .filter(({ value }) => value > 0)
      .map(({ labels }) => labels['reason']);
  expect(names.map((source) => reasonsOf(during, source))).toEqual([
    ['server_error'],
    ['unauthorized'],
    ['server_error'],
  ]);
  const [collector] = await items(program, 'collectors?source=starting');
  expect(collector).toMatchObject({ up: false, last_failure: { detail: expect.stringContaining('just started') } });
  for (const source of names) expect(during.targets({ source })).toEqual(before.targets({ source }));

  ci.push(repo, 'failure', 200);
  await nextPoll(ci, program);
  const beside = await deployed(program, 'acme/shop', 'failure', 1);
  expect(beside.value('dora_collector_up', { source: 'woodpecker' })).toBe(1);
  expect(reasonsOf(beside, 'woodpecker')).toEqual([]);

  broken.argocd.faults.clear();
  refusing.token.state = 'valid';
  starting.argocd.state.justStarted = null;
  const after = await pageWith(program, allAre(1), 'each server is well again');
  for (const source of names) expect(after.targets({ source })).toEqual(before.targets({ source }));
});

it('a deleted application loses its series at once, one that may not be seen any more only after forget_after', async () => {
  await using stage = await ArgocdStage.open();
  const doomed = stage.app('doomed');
  stage.deploy(doomed, 'a', NO_IMAGE);
  stage.deploy(stage.app('hidden', { project: 'private' }), 'a');
  stage.deploy(stage.app('stays'), 'a');
  // The same server twice: what one source has forgotten the other still shows.
  stage.configure([stage.source({ name: 'long' }), stage.source({ name: 'short', forget_after: '1s' })]);
  await using program = await stage.start();
  await goodPoll(program, 'long');
  const before = await goodPoll(program, 'short');

  removeApplication(stage.argocd.state, doomed);
  const gone = await pageWith(program, (page) => page.targets({ app: 'doomed' }).length === 0, 'doomed is gone');
  expect(gone.targets({ app: 'hidden' })).toEqual(before.targets({ app: 'hidden' }));
  for (const source of ['long', 'short']) {
    expect(await items(program, `incidents?source=${source}`)).toMatchObject([
      { app: 'doomed', outcome: 'abandoned', recovery_seconds: null },
    ]);
  }

  stage.token.account.rights = ['default'];
  const hidden = { source: 'short', app: 'hidden' };
  const after = await pageWith(program, (page) => page.targets(hidden).length === 0, 'hidden is forgotten');
  for (const labels of [{ app: 'stays' }, { app: 'hidden', source: 'long' }]) {
    expect(after.targets(labels).length).toBeGreaterThan(0);
    expect(after.targets(labels)).toEqual(before.targets(labels));
  }
});

it('B37: the token of Argo CD is in no log, page, answer, file or command line, not even while it is refused', async () => {
  await using stage = await ArgocdStage.open();
  stage.deploy(stage.app('shop'), 'a', NO_IMAGE);
  await using program = await stage.start('--log.level=trace');
  await goodPoll(program, 'argocd');
  stage.token.state = 'wrong signature';
  const refused = { reason: 'unauthorized' };
  await pageWith(
    program,
    (page) => (page.value('dora_collector_poll_failures_total', refused) ?? 0) > 0,
    'the token is refused',
  );

  const pages = ['/', '/metrics', '/-/ready', ...['targets', 'deployments', 'incidents', 'collectors'].map(inApi)];
  const answers = pages.map(async (page) => await (await fetch(program.url + page)).text());
  const files = readdirSync(stage.folder).filter((file) => file.startsWith('dora.db'));
  expect(files.length).toBeGreaterThan(1);
  const all = [
    program.output,
    readFileSync(`/proc/${program.pid}/cmdline`, 'utf8'),
    ...files.map((file) => readFileSync(join(stage.folder, file), 'latin1')),
    ...(await Promise.all(answers)),
  ].join('\n');
  expect(all).toContain(NO_IMAGE.message);
  expect(all).toContain('poll failed');
  expect(all).not.toContain(ARGOCD_TOKEN);
});

function inApi(list: string): string {
  return `/api/v1/${list}`;
}
