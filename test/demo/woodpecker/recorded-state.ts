import type { Repo } from '../../../src/demo/woodpecker/model.ts';
import { addPipeline, type PipelineFields, pipelinesOf } from '../../../src/demo/woodpecker/pipelines.ts';
import {
  addRepo,
  addUser,
  renameRepo,
  setPermission,
  type WoodpeckerState,
} from '../../../src/demo/woodpecker/state.ts';
import type { Json, JsonObject, Recording } from './recording.ts';

/** 2.x names of members to those of 3.x, which the model uses. */
const RENAMED: Readonly<Record<string, string>> = {
  created_at: 'created',
  updated_at: 'updated',
  started_at: 'started',
  finished_at: 'finished',
  reviewed_at: 'reviewed',
  start_time: 'started',
  end_time: 'finished',
};

/**
 * Sets a server up so that it stands as the recorded one did when it gave this answer: its users and repositories as
 * the index describes them, and the rows that the answer shows.
 */
export function setUp(state: WoodpeckerState, recording: Recording, all: readonly Recording[]): void {
  const bot = addUser(state, 'bot', 'token-of-bot', { admin: true });
  const dev = addUser(state, 'dev', 'token-of-dev');
  const nobody = addUser(state, 'nobody', 'token-of-nobody');
  for (const fields of recordedRepos(all)) {
    const own = repoFields(recording.body).find((shown) => shown.id === fields.id) ?? fields;
    const repo = addRepo(state, own);
    setPermission(repo, nobody, 'none');
    if (repo.full_name === 'acme/readonly') setPermission(repo, dev, 'pull');
    if (repo.full_name === 'other/secret') for (const user of [bot, dev]) setPermission(repo, user, 'none');
  }
  if (recording.name.startsWith('236-')) {
    const repo = repoOf(state, 10);
    const { full_name: newName, forge_url: url } = repo;
    repo.full_name = 'acme/quick';
    renameRepo(state, repo, newName);
    repo.forge_url = url;
  }
  if (recording.path.startsWith('/api/repos/7/')) fillMany(state, all);
  else addRows(state, recording);
}

/** The repositories as the recordings show them, and the two that none of them shows. */
function recordedRepos(all: readonly Recording[]) {
  const found = new Map<number, RepoFields>();
  for (const recording of all) {
    for (const fields of repoFields(recording.body)) if (!found.has(fields.id)) found.set(fields.id, fields);
  }
  found.set(6, { id: 6, full_name: 'other/secret', private: true });
  found.set(8, { id: 8, full_name: 'acme/inactive', active: false });
  // Only its new name was recorded whole by some; before the renaming it was acme/quick.
  return [...found.values()].map((fields) => (fields.id === 10 ? { ...fields, full_name: 'acme/quick' } : fields));
}

type RepoFields = Partial<Repo> & Pick<Repo, 'id' | 'full_name'>;

function repoFields(body: Json): RepoFields[] {
  return objectsIn(body)
    .filter((item) => typeof item['default_branch'] === 'string')
    .map((item) => ({
      id: item['id'] as number,
      full_name: item['full_name'] as string,
      default_branch: item['default_branch'] as string,
      active: item['active'] as boolean,
      private: item['private'] as boolean,
      allow_deploy: item['allow_deploy'] as boolean,
      require_approval: item['require_approval'] as string,
      timeout: item['timeout'] as number,
      cancel_previous_pipeline_events: item['cancel_previous_pipeline_events'] as string[],
      avatar_url: (item['avatar_url'] as string | undefined) ?? '',
      forge_url: item['forge_url'] as string,
    }));
}

/** Puts in the pipelines that the answer shows, whole or as rows of a feed. */
function addRows(state: WoodpeckerState, recording: Recording): void {
  const repoId = Number(/^\/api\/repos\/(\d+)\/pipelines/.exec(recording.path)?.[1]);
  for (const item of objectsIn(recording.body)) {
    if (typeof item['repo_id'] === 'number') {
      if (item['id'] !== undefined) addRow(state, item['repo_id'], item);
    } else if (item['last_pipeline'] !== undefined) {
      addRow(state, item['id'] as number, item['last_pipeline'] as JsonObject);
    } else if (item['number'] !== undefined) {
      addRow(state, repoId, item);
    }
  }
}

/** acme/many has 130 pipelines, of which the recordings show the newest 50. */
function fillMany(state: WoodpeckerState, all: readonly Recording[]): void {
  const shown = objectsIn(all.find((recording) => recording.name.startsWith('53-'))?.body ?? []);
  for (let number = 1; number <= 130 - shown.length; number += 1) {
    addPipeline(state, repoOf(state, 7), { id: number, number, status: 'success', created: number });
  }
  for (const item of shown) addRow(state, 7, item);
  if (pipelinesOf(state, repoOf(state, 7)).length !== 130) throw new Error('acme/many must have 130 pipelines');
}

function addRow(state: WoodpeckerState, repoId: number, item: JsonObject): void {
  const unset = { author: '', author_avatar: '', author_email: '', sender: '', message: '', branch: '', ref: '' };
  addPipeline(state, repoOf(state, repoId), { ...unset, ...(renamed(item) as PipelineFields) });
}

function renamed(value: Json): Json {
  if (Array.isArray(value)) return value.map(renamed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [RENAMED[key] ?? key, renamed(inner)]));
}

function repoOf(state: WoodpeckerState, id: number): Repo {
  const repo = state.repos.get(id);
  if (repo === undefined) throw new Error(`no repository ${id}`);
  return repo;
}

function objectsIn(body: Json): JsonObject[] {
  const items = Array.isArray(body) ? body : [body];
  return items.filter((item): item is JsonObject => item !== null && typeof item === 'object' && !Array.isArray(item));
}
