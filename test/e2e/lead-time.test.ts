import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addCommit as addRevision } from '../../src/demo/argocd/commits.ts';
import { type SimulatedForge, startForge } from '../../src/demo/forge/start.ts';
import { addCommit } from '../../src/demo/forge/state.ts';
import { ArgocdStage } from './argocd-stage.ts';
import type { Page } from './page.ts';
import { items, pageWith, Stage } from './stage.ts';

const FORGE_TOKEN = 'a-token-that-only-the-forge-may-see';
const HOUR = 3600;
const APP = 'shop/web';

function sha(name: string): string {
  return createHash('sha1').update(name).digest('hex');
}

/** Commits in a line, the last of them `seconds` after the epoch of the stage, an hour apart. */
function line(forge: SimulatedForge, names: readonly string[], lastAt: number, parent: string | null = null): void {
  names.forEach((name, index) => {
    const before = index === 0 ? parent : (names[index - 1] ?? null);
    addCommit(forge.state, APP, {
      sha: sha(name),
      at: (lastAt - (names.length - 1 - index) * HOUR) * 1000,
      parents: before === null ? [] : [sha(before)],
      message: name,
    });
  });
}

it.each(['forgejo', 'github', 'gitlab'])(
  'lead times by %s are on the first scrape after a back-fill, go on live, and stay over a kill',
  async (type) => {
    await using stage = await Stage.open();
    await using forge = await startForge({ now: () => Date.now(), token: FORGE_TOKEN });
    stage.write('forge-token', FORGE_TOKEN);
    stage.configure({}, { forge: `{type: ${type}, url: "${forge.url}", token_file: ./forge-token}` });
    const repo = stage.repo(APP);
    line(forge, ['a', 'b', 'c'], stage.epoch);
    line(forge, ['d', 'e'], stage.epoch + 5 * HOUR, 'c');
    stage.push(repo, 'success', HOUR, { commit: sha('a') });
    stage.push(repo, 'failure', 2 * HOUR, { commit: sha('b') });
    stage.push(repo, 'success', 3 * HOUR, { commit: sha('c') });
    const sum = (page: Page) => page.value('dora_lead_time_seconds_sum', { app: APP });
    {
      await using program = await stage.start();
      const page = await pageWith(
        program,
        (one) => one.value('dora_lead_time_seconds_count', { app: APP }) !== undefined,
        'lead times',
      );
      // The head of the first, 3 h old; then what the failure and the success after it brought: 4 h and 3 h.
      expect(page.value('dora_lead_time_seconds_count', { app: APP })).toBe(3);
      expect(sum(page)).toBe((3 + 4 + 3) * HOUR);
      const [latest] = await items(program, `deployments?app=${APP}&outcome=success`);
      expect(latest).toMatchObject({
        delivery: 'looked_up',
        changes: [
          { commit: sha('b'), lead_time_seconds: 4 * HOUR, origin: 'compare', unknown: null },
          { commit: sha('c'), lead_time_seconds: 3 * HOUR, origin: 'compare' },
        ],
      });
      // A forge that is down stalls no poll, and what waits for it outlives the program.
      forge.state.down = true;
      stage.push(repo, 'success', 6 * HOUR, { commit: sha('e') });
      await pageWith(
        program,
        (one) => one.value('dora_deployments_total', { app: APP, outcome: 'success' }) === 3,
        'the deployment',
      );
      await program.until(async () => forge.requests.some(({ status }) => status === 503), 'a refused lookup');
      expect((await items(program, `deployments?app=${APP}&limit=1`))[0]).toMatchObject({ delivery: 'queued' });
      expect(program.output).not.toContain(FORGE_TOKEN);
    }
    forge.state.down = false;
    await using program = await stage.start();
    const page = await pageWith(
      program,
      (one) => one.value('dora_lead_time_seconds_count', { app: APP }) === 5,
      'what waited',
    );
    expect(sum(page)).toBe((3 + 4 + 3 + 2 + 1) * HOUR);
    expect(page.value('dora_lead_time_unknown_total', { reason: 'unavailable' })).toBe(0);
  },
  60_000,
);

it('without a forge Woodpecker shows no lead time, and counts why', async () => {
  await using stage = await Stage.open();
  stage.push(stage.repo(APP), 'success', HOUR);
  await using program = await stage.start();
  const page = await pageWith(
    program,
    (one) => one.value('dora_deployments_total', { app: APP, outcome: 'success' }) === 1,
    'it',
  );
  expect(page.value('dora_lead_time_unknown_total', { reason: 'no_forge' })).toBe(1);
  expect(page.value('dora_lead_time_seconds_count', { app: APP })).toBeUndefined();
});

it('Argo CD: lead times come from trailers, from tags of images and from revisions, outside the poll', async () => {
  await using stage = await ArgocdStage.open();
  await using forge = await startForge({ now: () => Date.now(), token: FORGE_TOKEN });
  writeFileSync(join(stage.folder, 'forge-token'), FORGE_TOKEN);
  const { state } = stage.argocd;
  const day = new Date(stage.epoch * 1000);
  const revision = (digit: string, hours: number, reference?: number) => {
    const date = new Date(day.getTime() - hours * HOUR * 1000).toISOString();
    const code = reference === undefined ? undefined : new Date(day.getTime() - reference * HOUR * 1000).toISOString();
    const references = code === undefined ? [] : [{ commit: { sha: sha(digit), date: code, repoUrl: 'https://x/y' } }];
    addRevision(state, 'https://git.example.org/deploy.git', {
      sha: digit.repeat(40),
      author: 'Erin',
      date,
      message: digit,
      references,
    });
  };
  line(forge, ['code'], stage.epoch - 7 * HOUR);
  const app = stage.app('web', { source: { repoURL: 'https://git.example.org/deploy.git', path: 'web' } });
  revision('a', 2);
  revision('b', 1, 5);
  revision('c', 1);
  stage.deploy(app, 'a');
  stage.deploy(app, 'b');
  const settings = { forge: { type: 'gitea', url: forge.url, token_file: join(stage.folder, 'forge-token') } };
  stage.configure([stage.source(settings)]);
  await using program = await stage.start();
  const count = (page: Page) => page.value('dora_lead_time_seconds_count', { app: 'web' });
  const page = await pageWith(program, (one) => count(one) === 2, 'lead times of the history');
  // Deployments a and b ended 80 s and 160 s after the epoch.
  expect(page.value('dora_lead_time_seconds_sum', { app: 'web' })).toBe(7 * HOUR + 80 + 160);

  const image = `registry.example.org/${APP}:${sha('code').slice(0, 8)}`;
  stage.deploy(app, 'c', { phase: 'Succeeded', images: [image] });
  const third = await pageWith(program, (one) => count(one) === 3, 'the lead time of an image');
  expect(third.value('dora_lead_time_seconds_sum', { app: 'web' })).toBe((7 + 7) * HOUR + 80 + 160 + 240);
  // Back to what ran before: nothing new.
  stage.rollBack(app, 0);
  await pageWith(program, (one) => one.value('dora_deployments_total', { app: 'web', outcome: 'success' }) === 4, 'it');
  const told = await items(program, 'deployments?app=web');
  expect(
    told.map(({ delivery, changes }) => [delivery, (changes as { origin: string }[]).map((one) => one.origin)]),
  ).toEqual([
    ['nothing', []],
    ['looked_up', ['image_tag']],
    ['looked_up', ['reference']],
    ['looked_up', ['revision']],
  ]);
  expect(stage.asked(/\/metadata\?/)).toBe(3);
  // What was told is not asked for again.
  await stage.polls(program, 2);
  expect(stage.asked(/\/metadata\?/)).toBe(3);
});
