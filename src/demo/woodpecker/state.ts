import type { Permission, Pipeline, Repo, User } from './model.ts';

/** Everything that one simulated server knows. Read it freely; change it by the functions here and in pipelines.ts. */
export interface WoodpeckerState {
  /** As the server says it: `3.17.0`, `2.8.3`, `next-a4cb541b8f`. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly users: User[];
  readonly repos: Map<number, Repo>;
  /** By repository id; by number, ascending. */
  readonly pipelines: Map<number, Pipeline[]>;
  /** Names that repositories had, in lower case, to their ids. */
  readonly redirections: Map<string, number>;
  lastRepoId: number;
  lastPipelineId: number;
}

/** The forge that the simulated server pretends to stand beside. Nothing asks it for anything. */
export const FORGE_URL = 'https://forge.example.org';

export function createState(version: string, now: () => number): WoodpeckerState {
  return {
    version,
    now,
    users: [],
    repos: new Map(),
    pipelines: new Map(),
    redirections: new Map(),
    lastRepoId: 0,
    lastPipelineId: 0,
  };
}

/** Adds a user, who is nobody's admin unless said so. The token is what `Authorization: Bearer` must carry. */
export function addUser(state: WoodpeckerState, login: string, token: string, options: { admin?: boolean } = {}): User {
  const user: User = { id: state.users.length + 1, login, token, admin: options.admin ?? false };
  state.users.push(user);
  return user;
}

/** From now on the user's token is a bad one. */
export function revokeToken(user: User): void {
  user.token = '';
}

/** Adds an active, public repository, on which every user that exists may push, unless `fields` says otherwise. */
export function addRepo(state: WoodpeckerState, fields: Partial<Repo> & Pick<Repo, 'full_name'>): Repo {
  const owner = fields.full_name.slice(0, fields.full_name.indexOf('/'));
  const repo: Repo = {
    id: state.lastRepoId + 1,
    default_branch: 'main',
    active: true,
    private: false,
    allow_deploy: false,
    require_approval: 'none',
    timeout: 60,
    cancel_previous_pipeline_events: [],
    avatar_url: `${FORGE_URL}/avatars/${owner}`,
    forge_url: `${FORGE_URL}/${fields.full_name}`,
    permissions: new Map(state.users.map((user) => [user.id, 'push'])),
    ...fields,
  };
  state.lastRepoId = Math.max(state.lastRepoId, repo.id);
  state.repos.set(repo.id, repo);
  state.pipelines.set(repo.id, []);
  return repo;
}

/** Renames a repository on the forge. It keeps its id and its pipelines, and the old name still leads to it. */
export function renameRepo(state: WoodpeckerState, repo: Repo, fullName: string): void {
  state.redirections.set(repo.full_name.toLowerCase(), repo.id);
  repo.full_name = fullName;
  repo.forge_url = `${FORGE_URL}/${fullName}`;
}

/** Switches a repository off or on again; its id and its pipelines stay. */
export function setActive(repo: Repo, active: boolean): void {
  repo.active = active;
}

/** Removes a repository with all its pipelines. Added again it gets a new id and numbers from 1. */
export function removeRepo(state: WoodpeckerState, repo: Repo): void {
  state.repos.delete(repo.id);
  state.pipelines.delete(repo.id);
  for (const [name, id] of state.redirections) if (id === repo.id) state.redirections.delete(name);
}

export function setPermission(repo: Repo, user: User, permission: Permission): void {
  repo.permissions.set(user.id, permission);
}
