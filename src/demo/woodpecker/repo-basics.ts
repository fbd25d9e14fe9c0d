import type { Repo } from './model.ts';
import { omitEmpty } from './omit-empty.ts';

/** What 2.x and 3.x write of a repository in the same words. */
export function repoBasics(repo: Repo): object {
  const [owner = '', name = ''] = repo.full_name.split('/');
  return {
    id: repo.id,
    forge_id: 1,
    forge_remote_id: String(repo.id),
    org_id: 10,
    owner,
    name,
    full_name: repo.full_name,
    avatar_url: omitEmpty(repo.avatar_url),
    forge_url: repo.forge_url,
    clone_url: `${repo.forge_url}.git`,
    clone_url_ssh: `git@forge.example.org:${repo.full_name}.git`,
    default_branch: repo.default_branch,
    pr_enabled: true,
    timeout: repo.timeout,
    visibility: repo.private ? 'private' : 'public',
    private: repo.private,
    require_approval: repo.require_approval,
    active: repo.active,
    allow_pr: true,
    allow_deploy: repo.allow_deploy,
    config_file: '',
    cancel_previous_pipeline_events: repo.cancel_previous_pipeline_events,
  };
}
