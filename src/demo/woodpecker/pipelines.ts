import type { Pipeline, Repo } from './model.ts';
import { FORGE_URL, type WoodpeckerState } from './state.ts';
import { numberWorkflows, type WorkflowDraft } from './workflows.ts';

/** What one wants to say about a pipeline; times are unix seconds. */
export type PipelineFields = Partial<Omit<Pipeline, 'repo_id' | 'workflows'>> & {
  readonly workflows?: readonly WorkflowDraft[];
};

/**
 * Adds a pipeline: a pending push to the default branch, made now, unless `fields` says otherwise. It gets the server's
 * next id and, as on a real server, the repository's highest number plus one: the number of a deleted newest pipeline
 * is used again. A recorded row is put in by giving its own `id` and `number`.
 */
export function addPipeline(state: WoodpeckerState, repo: Repo, fields: PipelineFields = {}): Pipeline {
  const rows = pipelinesOf(state, repo);
  const id = fields.id ?? state.lastPipelineId + 1;
  const branch = fields.branch ?? repo.default_branch;
  const author = fields.author ?? 'alice';
  const commit = fields.commit ?? id.toString(16).padStart(40, '0');
  const created = fields.created ?? secondsNow(state);
  const row: Pipeline = {
    id,
    repo_id: repo.id,
    number: (rows.at(-1)?.number ?? 0) + 1,
    author,
    parent: 0,
    event: 'push',
    event_reason: null,
    status: 'pending',
    errors: null,
    created,
    updated: created,
    started: 0,
    finished: 0,
    deploy_to: '',
    deploy_task: '',
    commit,
    branch,
    rerun_count: 0,
    ref: `refs/heads/${branch}`,
    refspec: '',
    author_avatar: `${FORGE_URL}/avatars/${author}`,
    forge_url: `${repo.forge_url}/commit/${commit}`,
    reviewed_by: '',
    reviewed: 0,
    cancel_info: null,
    changed_files: [],
    variables: {},
    cron: '',
    version: state.version,
    release: null,
    tag_title: '',
    title: '',
    message: `change ${id}`,
    timestamp: created,
    sender: author,
    author_email: `${author}@example.org`,
    ...fields,
    workflows: numberWorkflows(id, fields.workflows ?? []),
  };
  state.lastPipelineId = Math.max(state.lastPipelineId, id);
  rows.splice(rows.findLastIndex((other) => other.number < row.number) + 1, 0, row);
  return row;
}

/** Changes a pipeline. As on a real server every write moves `updated`, to now unless `changes` says otherwise. */
export function updatePipeline(state: WoodpeckerState, pipeline: Pipeline, changes: PipelineFields): void {
  const { workflows, ...rest } = changes;
  Object.assign(pipeline, { updated: secondsNow(state), ...rest });
  if (workflows !== undefined) pipeline.workflows = numberWorkflows(pipeline.id, workflows);
}

export function deletePipeline(state: WoodpeckerState, pipeline: Pipeline): void {
  const rows = state.pipelines.get(pipeline.repo_id) ?? [];
  const index = rows.indexOf(pipeline);
  if (index >= 0) rows.splice(index, 1);
}

/** A repository's pipelines by number, ascending. */
export function pipelinesOf(state: WoodpeckerState, repo: Repo): Pipeline[] {
  const rows = state.pipelines.get(repo.id);
  if (rows === undefined) throw new Error(`no repository ${repo.full_name} (id ${repo.id}) on this server`);
  return rows;
}

function secondsNow(state: WoodpeckerState): number {
  return Math.floor(state.now() / 1000);
}
