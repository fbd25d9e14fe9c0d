import type { IgnoredReason } from '../../domain/batch.ts';
import type { TargetKey } from '../../domain/deployment.ts';
import { relabel } from '../../domain/relabel.ts';
import type { Pipeline, Repository } from './pipeline.ts';
import type { WoodpeckerSettings } from './settings.ts';

/** What of a pipeline says where it belongs: kept, so that a target can be mapped again. */
export type Whence = Pick<Pipeline, 'event' | 'branch' | 'deployTo' | 'deployTask'>;

/** Events of which only some branches deploy (counting.md §1 rule 2). */
const OF_A_BRANCH = new Set(['push', 'manual', 'cron']);

/** Rule 2: the target that a pipeline belongs to, or why it belongs to none. */
export function targetOf(
  pipeline: Whence,
  repository: Repository,
  settings: WoodpeckerSettings,
): { readonly target: TargetKey; readonly team: string } | { readonly ignored: IgnoredReason } {
  const { event, branch, deployTo } = pipeline;
  if (!settings.events.has(event)) return { ignored: 'event' };
  const deploysFrom = branch === repository.defaultBranch || settings.branches.some((name) => name.matches(branch));
  if (OF_A_BRANCH.has(event) && !deploysFrom) return { ignored: 'branch' };
  if (settings.environments.length > 0 && !settings.environments.includes(deployTo)) return { ignored: 'environment' };
  if (!isWanted(repository, settings)) return { ignored: 'filtered' };
  const labels = relabel(labelsOf(pipeline, repository, settings), settings.relabel);
  if (labels === null || !labels['app'] || !labels['environment']) return { ignored: 'filtered' };
  return {
    target: { source: settings.name, app: labels['app'], environment: labels['environment'] },
    team: labels['team'] ?? '',
  };
}

/** Whether `repositories` lets the repository in. */
export function isWanted({ fullName }: Pick<Repository, 'fullName'>, { repositories }: WoodpeckerSettings): boolean {
  return repositories.length === 0 || repositories.some((name) => name.matches(fullName));
}

function labelsOf(pipeline: Whence, repository: Repository, settings: WoodpeckerSettings): Record<string, string> {
  return {
    __meta_woodpecker_repo: repository.fullName,
    __meta_woodpecker_repo_id: String(repository.id),
    __meta_woodpecker_owner: repository.owner,
    __meta_woodpecker_name: repository.name,
    __meta_woodpecker_default_branch: repository.defaultBranch,
    __meta_woodpecker_event: pipeline.event,
    __meta_woodpecker_branch: pipeline.branch,
    __meta_woodpecker_deploy_to: pipeline.deployTo,
    __meta_woodpecker_deploy_task: pipeline.deployTask,
    app: repository.fullName,
    environment: pipeline.deployTo || settings.environment,
  };
}
