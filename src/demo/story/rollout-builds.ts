import type { Pipeline } from '../woodpecker/model.ts';
import { pipelinesOf } from '../woodpecker/pipelines.ts';
import type { WoodpeckerState } from '../woodpecker/state.ts';
import type { Service } from './rollout-cast.ts';

/** A pipeline that built something, and whether that works. */
export interface Build {
  readonly service: Service;
  readonly pipeline: Pipeline;
  readonly works: boolean;
}

/**
 * What pipelines of a service built by a moment, in unix seconds. The story has its pipelines deploy what they build;
 * where that failed it is the release that is broken, and where the build failed there is none.
 */
export function buildsOf(state: WoodpeckerState, service: Service, at: number): Build[] {
  const builds: Build[] = [];
  for (const repo of state.repos.values()) {
    if (repo.full_name !== service.fullName) continue;
    for (const pipeline of pipelinesOf(state, repo)) {
      const works = worksOf(pipeline);
      if (works !== null && pipeline.finished <= at) builds.push({ service, pipeline, works });
    }
  }
  return builds;
}

function worksOf({ event, finished, workflows }: Pipeline): boolean | null {
  if (event !== 'push' || finished === 0) return null;
  const state = workflows.find((workflow) => workflow.name === 'deploy')?.state;
  if (state === 'success') return true;
  return state === 'failure' ? false : null;
}
