import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Pipeline, Repo } from '../../../src/demo/woodpecker/model.ts';
import { deletePipeline, pipelinesOf } from '../../../src/demo/woodpecker/pipelines.ts';
import { renameRepo } from '../../../src/demo/woodpecker/state.ts';
import { HOUR_MS, type Keys, POLL_MS } from './support-program.ts';
import { openStage, type Stage, type StageOptions } from './support-stage.ts';

/** Something that happens on the server, or to the program. `pick` chooses among what there is. */
type Move =
  | { readonly kind: 'begin'; readonly pick: number }
  | { readonly kind: 'end'; readonly pick: number; readonly status: 'success' | 'failure' | 'killed' }
  | { readonly kind: 'delete'; readonly pick: number }
  | { readonly kind: 'rename'; readonly pick: number }
  | { readonly kind: 'fault'; readonly path: RegExp }
  | { readonly kind: 'restart' }
  | { readonly kind: 'poll' };

const pick = fc.nat(1000);
const PATHS = [/user/, /pipelines\?/, /pipelines\/\d/, /\/1\//, /\/2\//];
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('begin' as const), pick }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      pick,
      status: fc.constantFrom('success' as const, 'failure' as const, 'killed' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rename' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fault' as const), path: fc.constantFrom(...PATHS) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  { weight: 5, arbitrary: fc.constant({ kind: 'poll' as const }) },
);

function chosen<T>(items: readonly T[], index: number): T | undefined {
  return items[index % Math.max(1, items.length)];
}

function runningOf(stage: Stage, repos: readonly Repo[]): Pipeline[] {
  return repos.flatMap((repo) => pipelinesOf(stage.server.state, repo)).filter(({ status }) => status === 'running');
}

async function play(stage: Stage, keys: Keys, repos: readonly Repo[], one: Move): Promise<void> {
  // No two things happen in one second.
  await stage.clock.advance(1000);
  switch (one.kind) {
    case 'begin': {
      const repo = chosen(repos, one.pick);
      if (repo !== undefined) stage.running(repo, { created: stage.now, started: stage.now, updated: stage.now });
      return;
    }
    case 'end': {
      const pipeline = chosen(runningOf(stage, repos), one.pick);
      if (pipeline !== undefined) stage.end(pipeline, one.status);
      return;
    }
    case 'delete': {
      const pipeline = chosen(runningOf(stage, repos), one.pick);
      if (pipeline !== undefined) deletePipeline(stage.server.state, pipeline);
      return;
    }
    case 'rename': {
      const repo = chosen(repos, one.pick);
      if (repo !== undefined) renameRepo(stage.server.state, repo, `${repo.full_name}x`);
      return;
    }
    case 'fault':
      stage.server.faults.add({ kind: 'status', status: 500 }, { path: one.path, times: 2 });
      return;
    case 'restart':
      await stage.program.restart({ url: stage.server.url, ...keys });
      return;
    case 'poll':
      await stage.program.cycle();
      await stage.clock.advance(POLL_MS);
  }
}

/** What must have come of the pipelines of a repository, by the simplest reading of them. */
function expected(rows: readonly Pipeline[]) {
  const count = (status: string) => rows.filter((row) => row.status === status).length;
  const [success, failure] = [count('success'), count('failure')];
  const last = rows
    .filter(({ status }) => status === 'success' || status === 'failure')
    .toSorted((a, b) => a.finished - b.finished)
    .at(-1);
  const known = success + failure > 0;
  return {
    deployments: known ? { success, failure } : { success: null, failure: null },
    open: known ? Number(last?.status === 'failure') : null,
    killed: count('killed'),
  };
}

const SERVERS: readonly (readonly [string, StageOptions, boolean])[] = [
  ['3.17.0', { version: '3.17.0' }, false],
  ['2.8.3', { version: '2.8.3' }, false],
  ['2.8.3 with workflow', { version: '2.8.3', keys: { workflow: 'deploy' } }, false],
  ['a development version that cannot list its repositories', { version: 'next-a4cb541b8f' }, true],
];

test.each(SERVERS)(
  '%s: whatever happens between polls, failed ones and restarts, every pipeline counts once',
  async (_, options, broken) => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 60, size: 'max' }), async (moves) => {
        await using stage = await openStage(options);
        const { faults } = stage.server;
        const breakListing = () => broken && faults.add({ kind: 'status', status: 500 }, { path: /user\/repos/ });
        const repos = [stage.repo('acme/shop'), stage.repo('acme/web')];
        breakListing();
        await stage.polls();
        for (const one of moves) await play(stage, options.keys ?? {}, repos, one);

        faults.clear();
        breakListing();
        for (let hour = 0; hour < 2; hour += 1) {
          await stage.clock.advance(HOUR_MS);
          await stage.polls(2);
        }
        const page = await stage.program.page();
        const all = repos.map((repo) => ({ repo, ...expected(pipelinesOf(stage.server.state, repo)) }));
        for (const { repo, deployments, open } of all) {
          expect(page.deployments(repo.full_name)).toEqual(deployments);
          expect(page.value('dora_incident_open', { app: repo.full_name })).toBe(open);
        }
        const { killed = 0, gone: _gone, ...others } = page.ignored();
        expect(killed).toBe(all.reduce((sum, one) => sum + one.killed, 0));
        expect(others).toEqual({});
      }),
      { numRuns: 8 },
    );
  },
);
