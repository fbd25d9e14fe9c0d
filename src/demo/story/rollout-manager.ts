import { addCommit } from '../argocd/commits.ts';
import { keyOf } from '../argocd/key-of.ts';
import type { Application } from '../argocd/model.ts';
import type { ArgocdState } from '../argocd/state.ts';
import { between, seededRandom } from '../random.ts';
import type { WoodpeckerState } from '../woodpecker/state.ts';
import { type Build, buildsOf } from './rollout-builds.ts';
import { applicationName, CHART_REPO, ENVIRONMENTS, type Environment, type Part, SERVICES } from './rollout-cast.ts';
import type { RolloutPace } from './rollout-pace.ts';
import { chartCommit, firstRelease, releaseOfBuild } from './rollout-release.ts';
import { brokenScene, rollOut } from './rollout-scenes.ts';
import type { Act, Script } from './rollout-script.ts';

export interface RolloutManagerOptions {
  readonly state: ArgocdState;
  /** The server whose builds are rolled out. */
  readonly builds: WoodpeckerState;
  readonly seed: number;
  readonly pace: RolloutPace;
  /** Unix seconds: what would end later does not begin. */
  readonly until: number;
}

/** Rolls out, in each environment one after the other, what the pipelines of a simulated Woodpecker built. */
export class RolloutManager {
  readonly #options: RolloutManagerOptions;
  readonly #seen = new Set<number>();
  /** By application, unix seconds. */
  readonly #busyUntil = new Map<string, number>();
  /** By application: the images of its last release that works. */
  readonly #images = new Map<string, readonly string[]>();
  #planned: { readonly act: Act; readonly key: string }[] = [];

  constructor(options: RolloutManagerOptions) {
    this.#options = options;
  }

  /** The first version of an application, at a moment in unix seconds. */
  planFirst(part: Part, at: number): void {
    const { state, seed, pace } = this.#options;
    addCommit(state, CHART_REPO, chartCommit(part, at));
    const release = firstRelease(part, at);
    this.#add(part, rollOut({ part, pace, random: seededRandom(seed) }, at, release, []), release.images);
  }

  /** Leaves out what was built by a moment, in unix seconds: it was rolled out before, or never will be. */
  skip(at: number): void {
    for (const build of this.#unseenBuilds(at)) this.#seen.add(build.pipeline.id);
  }

  /** Makes the server look as it does at a moment, in unix seconds, which is not before the last one. */
  advance(at: number): void {
    for (const build of this.#unseenBuilds(at)) {
      this.#seen.add(build.pipeline.id);
      for (const environment of ENVIRONMENTS) this.#plan(build, environment);
    }
    const due = this.#planned.filter(({ act }) => act.at <= at).sort((a, b) => a.act.at - b.act.at);
    this.#planned = this.#planned.filter(({ act }) => act.at > at);
    for (const { act, key } of due) act.perform(this.#options.state, this.#application(key), act.at * 1000);
  }

  #unseenBuilds(at: number): Build[] {
    return SERVICES.flatMap((service) => buildsOf(this.#options.builds, service, at))
      .filter(({ pipeline }) => !this.#seen.has(pipeline.id))
      .sort((a, b) => a.pipeline.finished - b.pipeline.finished || a.pipeline.id - b.pipeline.id);
  }

  #plan({ service, pipeline, works }: Build, environment: Environment): void {
    const { seed, pace } = this.#options;
    const part = { service, environment };
    const key = keyOfPart(part);
    // Each rollout has dice of its own, so that it does not matter when it is planned.
    const random = seededRandom(seed + pipeline.id * ENVIRONMENTS.length + ENVIRONMENTS.indexOf(environment));
    const planner = { part, pace, random };
    const at = Math.max(pipeline.finished + between(random, pace.delay), (this.#busyUntil.get(key) ?? 0) + 1);
    const release = releaseOfBuild(part, pipeline, at);
    const goesWell = works || environment === 'staging';
    const before = this.#images.get(key) ?? this.#application(key).status.summary.images ?? [];
    const scene = goesWell ? rollOut : brokenScene(planner);
    this.#add(part, scene(planner, at, release, before), goesWell ? release.images : before);
  }

  #add(part: Part, script: Script, images: readonly string[]): void {
    if (script.end > this.#options.until) return;
    const key = keyOfPart(part);
    this.#planned.push(...script.acts.map((act) => ({ act, key })));
    this.#busyUntil.set(key, script.end);
    this.#images.set(key, images);
  }

  #application(key: string): Application {
    const app = this.#options.state.applications.get(key);
    if (app === undefined) throw new Error(`${key} is not on this server: tell its history first`);
    return app;
  }
}

function keyOfPart(part: Part): string {
  return keyOf(part.service.namespace, applicationName(part));
}
