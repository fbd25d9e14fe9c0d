import { z } from 'zod';
import type { Pipeline, Repository, Step, Workflow } from './pipeline.ts';

// Names before the slash are those of 3.x, after it those of 2.x: created/created_at, started/start_time.

/** Unix seconds, 0 or nothing for unset. */
const seconds = z.number().int().nullish();
/** The year 2286: what lies beyond was never seconds. */
const ABSURD_SECONDS = 10_000_000_000;
/** A lone half of a surrogate pair could be neither stored nor shown as it is. */
const text = z
  .string()
  .transform((value) => value.toWellFormed())
  .nullish();

/** Milliseconds of the name that is there; 0 for none, and for a time that cannot be one. */
function ms(...candidates: readonly (number | null | undefined)[]): number {
  const found = candidates.find((candidate) => candidate != null) ?? 0;
  return found > 0 && found < ABSURD_SECONDS ? found * 1000 : 0;
}

const step = z
  .object({ name: z.string(), state: z.string(), exit_code: z.number().int().nullish() })
  .transform(({ name, state, exit_code }): Step => ({ name, state, exitCode: exit_code ?? 0 }));

const workflow = z
  .object({
    name: z.string(),
    state: z.string(),
    error: text,
    started: seconds,
    finished: seconds,
    start_time: seconds,
    end_time: seconds,
    children: z.array(step).nullish(),
  })
  .transform(
    (row): Workflow => ({
      name: row.name,
      state: row.state,
      error: row.error ?? '',
      started: ms(row.started, row.start_time),
      finished: ms(row.finished, row.end_time),
      steps: row.children ?? [],
    }),
  );

const cancelInfo = z.object({
  canceled_by_user: text,
  canceled_by_step: text,
  superseded_by: z.number().int().nullish(),
});

/** One pipeline, as a GET by number or a list gives it. */
export const pipeline = z
  .object({
    id: z.number().int().positive(),
    number: z.number().int().positive(),
    event: z.string(),
    status: z.string(),
    created: seconds,
    updated: seconds,
    started: seconds,
    finished: seconds,
    created_at: seconds,
    updated_at: seconds,
    started_at: seconds,
    finished_at: seconds,
    branch: text,
    commit: text,
    deploy_to: text,
    deploy_task: text,
    version: text,
    cancel_info: cancelInfo.nullish(),
    workflows: z.array(workflow).nullish(),
  })
  .refine((row) => ms(row.created, row.created_at) > 0, {
    path: ['created'],
    error: 'expected the time of its creation',
  })
  .transform(
    (row): Pipeline => ({
      id: row.id,
      number: row.number,
      event: row.event,
      status: row.status,
      created: ms(row.created, row.created_at),
      updated: ms(row.updated, row.updated_at),
      started: ms(row.started, row.started_at),
      finished: ms(row.finished, row.finished_at),
      branch: row.branch ?? '',
      commit: row.commit ?? '',
      deployTo: row.deploy_to ?? '',
      deployTask: row.deploy_task ?? '',
      version: row.version ?? '',
      canceled: {
        byUser: (row.cancel_info?.canceled_by_user ?? '') !== '',
        byStep: row.cancel_info?.canceled_by_step ?? '',
        supersededBy: row.cancel_info?.superseded_by ?? 0,
      },
      workflows: row.workflows ?? null,
    }),
  );

/** A page of a repository's pipelines. */
export const pipelinePage = z
  .array(pipeline)
  .nullable()
  .transform((rows) => rows ?? []);

/** A repository, without its pipelines. */
export const repository = z
  .object({
    id: z.number().int().positive(),
    full_name: z.string().min(1),
    owner: text,
    name: text,
    default_branch: text,
    cancel_previous_pipeline_events: z.array(z.string()).nullish(),
  })
  .transform(
    (row): Repository => ({
      id: row.id,
      fullName: row.full_name,
      owner: row.owner ?? row.full_name.slice(0, row.full_name.lastIndexOf('/')),
      name: row.name ?? row.full_name.slice(row.full_name.lastIndexOf('/') + 1),
      defaultBranch: row.default_branch ?? '',
      cancelPrevious: row.cancel_previous_pipeline_events ?? [],
    }),
  );

/** A listing of everything. Its rows are read one by one, and only where something changed: there can be thousands. */
export const listing = z
  .array(z.unknown())
  .nullable()
  .transform((rows) => rows ?? []);

/** A listed repository's newest pipeline; left out where it has none. */
export const listedRepository = z.object({ id: z.number().int().positive(), last_pipeline: pipeline.nullish() });

/** A row of the feed: the newest pipeline of a repository, without an id where it has none, without `updated`. */
export const feedRow = z
  .object({
    repo_id: z.number().int().positive(),
    full_name: text,
    id: z.number().int().positive().nullish(),
    number: z.number().int().nullish(),
    status: text,
    finished: seconds,
    finished_at: seconds,
  })
  .transform((row) => ({
    repositoryId: row.repo_id,
    fullName: row.full_name ?? '',
    newest:
      row.id == null ? null : { id: row.id, status: row.status ?? '', finished: ms(row.finished, row.finished_at) },
  }));
