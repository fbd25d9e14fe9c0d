import type { Pipeline, Repo } from '../woodpecker/model.ts';
import { addPipeline, updatePipeline } from '../woodpecker/pipelines.ts';
import type { WoodpeckerState } from '../woodpecker/state.ts';
import type { Run } from './run.ts';
import { endOf, type Stage, stageAt } from './stages.ts';

interface Performance {
  readonly run: Run;
  readonly pipeline: Pipeline;
  stage: Stage;
}

/** Brings planned runs onto a server: makes their pipelines, moves these on as time passes, and links them. */
export class StageManager {
  readonly #state: WoodpeckerState;
  readonly #pipelines = new WeakMap<Run, Pipeline>();
  #planned: Run[] = [];
  #running: Performance[] = [];

  constructor(state: WoodpeckerState) {
    this.#state = state;
  }

  /** Adds runs, to begin at their time. */
  plan(runs: readonly Run[]): void {
    this.#planned.push(...runs);
  }

  /** Makes the server look as it does at a moment, in unix seconds, which is not before the last one. */
  advance(at: number): void {
    const due = this.#planned.filter((run) => run.created <= at).sort((a, b) => a.created - b.created);
    this.#planned = this.#planned.filter((run) => run.created > at);
    for (const run of due) this.#begin(run);
    for (const performance of this.#running) this.#move(performance, at);
    this.#running = this.#running.filter(({ run }) => endOf(run) > at);
  }

  #begin(run: Run): void {
    const stage = stageAt(run, run.created);
    const pipeline = addPipeline(this.#state, this.#repoOf(run), {
      ...run.fields,
      ...stage.fields,
      created: run.created,
      parent: run.parent === null ? 0 : (this.#pipelines.get(run.parent)?.number ?? 0),
    });
    this.#pipelines.set(run, pipeline);
    this.#running.push({ run, pipeline, stage });
    const superseded = run.supersedes === null ? undefined : this.#pipelines.get(run.supersedes);
    if (superseded !== undefined) superseded.cancel_info = { superseded_by: pipeline.number };
  }

  #move(performance: Performance, at: number): void {
    const stage = stageAt(performance.run, at);
    if (stage.from === performance.stage.from) return;
    performance.stage = stage;
    updatePipeline(this.#state, performance.pipeline, stage.fields);
  }

  #repoOf(run: Run): Repo {
    const { fullName } = run.character;
    for (const repo of this.#state.repos.values()) if (repo.full_name === fullName) return repo;
    throw new Error(`${fullName} is not on this server: tell its history first`);
  }
}
