import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { fencedBlocks } from '../support/fenced.ts';
import type { Program } from '../support/program.ts';
import type { Page, Sample } from './page.ts';
import { goodPoll, pageWith, Stage, scrape } from './stage.ts';
import { tellStory } from './story.ts';

const REPOSITORIES = 9;
const SHARDS = 2;
/** Of targets: everything but from when on an instance knows them, which is when it began. */
const OWN = ['dora_target_observed_since_timestamp_seconds'];
/** Of sources: what docs/operations.md says adds up. */
const SUMMED = ['dora_incident_transitions_total', 'dora_ledger_corrections_total', 'dora_lead_time_unknown_total'];

it('two instances that share the targets by hash, as docs/operations.md has it, together show what one shows', async () => {
  await using stage = await Stage.open();
  const repos = Array.from({ length: REPOSITORIES }, (_, index) => stage.repo(`acme/app-${index}`));
  for (const [index, repo] of repos.entries()) {
    tellStory(stage, repo);
    for (let more = 0; more < index; more += 1) stage.push(repo, more % 3 === 0 ? 'failure' : 'success', 1000 + more);
  }
  await using whole = await instance(stage, 'whole', []);
  await using first = await instance(stage, 'first', steps(0));
  await using second = await instance(stage, 'second', steps(1));
  await Promise.all([whole, first, second].map((program) => goodPoll(program)));
  const deployments = REPOSITORIES * 4 + (REPOSITORIES * (REPOSITORIES - 1)) / 2;
  await expectEqual(whole, [first, second], deployments);

  // Live: one that fails, one that is recovered, one that is new, one that is nobody's deployment.
  stage.push(repos[0] as (typeof repos)[number], 'failure', 5000);
  stage.push(repos[4] as (typeof repos)[number], 'success', 5000);
  stage.push(stage.repo('acme/late'), 'success', 5000);
  stage.push(repos[1] as (typeof repos)[number], 'killed', 5000);
  const [, one, other] = await expectEqual(whole, [first, second], deployments + 3);
  for (const page of [one, other]) expect(appsOf(page).size).toBeGreaterThan(1);
  expect(appsOf(one).size + appsOf(other).size).toBe(REPOSITORIES + 1);
});

/** The steps that the page shows, for two instances of which this one keeps `part`. */
function steps(part: number): unknown[] {
  const block = fencedBlocks('operations.md', 'yaml').find((text) => text.includes('hashmod')) ?? '';
  const { relabel_configs } = parse(block) as { relabel_configs: Readonly<Record<string, unknown>>[] };
  return relabel_configs.map((step) => ({
    ...step,
    ...('modulus' in step && { modulus: SHARDS }),
    ...('regex' in step && { regex: String(part) }),
  }));
}

async function instance(stage: Stage, name: string, relabel: readonly unknown[]): Promise<Program> {
  stage.configure({ ledger: `sqlite:./${name}.db` }, { relabel_configs: JSON.stringify(relabel) });
  return await stage.start();
}

/** Once all have counted so many deployments: every series of a target is on one shard alone, with the whole's value. */
async function expectEqual(whole: Program, shards: readonly [Program, Program], deployments: number) {
  const counted = (...pages: readonly Page[]) => sum(pages.flatMap((page) => page.all('dora_deployments_total')));
  const all = await pageWith(whole, (page) => counted(page) === deployments, `${deployments} deployments`);
  const [first, second] = shards;
  let pages: readonly Page[] = [];
  await first.until(async () => {
    pages = await Promise.all([scrape(first), scrape(second)]);
    return counted(...pages) === deployments;
  }, `${deployments} deployments on both shards together`);
  const [one, other] = pages as [Page, Page];
  expect(targetsOf(one, other)).toEqual(targetsOf(all));
  for (const name of SUMMED) expect({ name, sums: sums(name, one, other) }).toEqual({ name, sums: sums(name, all) });
  return [all, one, other] as const;
}

function appsOf(page: Page): ReadonlySet<string | undefined> {
  return new Set(page.targets().map(({ labels }) => labels['app']));
}

/** All series of targets on these pages, in the order of their names. */
function targetsOf(...pages: readonly Page[]): readonly string[] {
  const samples = pages.flatMap((page) => page.targets().filter(({ name }) => !OWN.includes(name)));
  return samples.map((sample) => JSON.stringify(sample)).toSorted();
}

/** What a family of sources adds up to, by its labels. */
function sums(name: string, ...pages: readonly Page[]): ReadonlyMap<string, number> {
  const groups = Map.groupBy(
    pages.flatMap((page) => page.all(name)),
    ({ labels }) => JSON.stringify(labels),
  );
  return new Map([...groups].map(([labels, samples]) => [labels, sum(samples)]));
}

function sum(samples: readonly Sample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}
