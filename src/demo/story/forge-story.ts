import { createHash } from 'node:crypto';
import { addCommit, type ForgeCommit, type ForgeState } from '../forge/state.ts';
import type { Pipeline } from '../woodpecker/model.ts';
import { pipelinesOf } from '../woodpecker/pipelines.ts';
import type { WoodpeckerState } from '../woodpecker/state.ts';

/** The token by which the story's forge is read. */
export const DEMO_FORGE_TOKEN = 'demo-forge-token';

/** Most commits that are pushed with another, and how long before it each was written, in milliseconds. */
const MOST_BESIDES = 3;
const MINUTE = 60_000;

/**
 * Gives the forge the commits that the story's pipelines are of: call it again as the story goes on. What was pushed has
 * the time of its pipeline's commit, as trailers of releases tell it; what came with it was written up to two days before.
 */
export function continueForge(forge: ForgeState, builds: WoodpeckerState): void {
  for (const repo of builds.repos.values()) {
    const known = forge.repositories.get(repo.full_name) ?? new Map<string, ForgeCommit>();
    const pushed = pipelinesOf(builds, repo)
      .filter(({ event, commit }) => event !== 'pull_request' && !known.has(commit))
      .toSorted((a, b) => a.created - b.created || a.number - b.number);
    let head = [...known.values()].at(-1)?.sha ?? null;
    for (const pipeline of pushed) {
      if (forge.repositories.get(repo.full_name)?.has(pipeline.commit) === true) continue;
      for (const commit of commitsOf(pipeline, head)) {
        addCommit(forge, repo.full_name, commit);
        head = commit.sha;
      }
    }
  }
}

/** What one push brings, the oldest first: some commits, and the one that the pipeline is of. */
function commitsOf({ commit, created, message }: Pipeline, parent: string | null): readonly ForgeCommit[] {
  const dice = createHash('sha1').update(commit).digest();
  const besides = (dice[0] ?? 0) % (MOST_BESIDES + 1);
  const commits: ForgeCommit[] = [];
  let before = parent;
  for (let index = 0; index < besides; index += 1) {
    const sha = createHash('sha1').update(`${commit} ${index}`).digest('hex');
    const minutes = (besides - index) * (15 + ((dice[index + 1] ?? 0) / 255) * 900);
    commits.push({
      sha,
      at: created * 1000 - Math.round(minutes) * MINUTE,
      parents: before === null ? [] : [before],
      message: `${message} (part ${index + 1})`,
    });
    before = sha;
  }
  return [...commits, { sha: commit, at: created * 1000, parents: before === null ? [] : [before], message }];
}
