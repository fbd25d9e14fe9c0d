import type { Pipeline, Repo, Step, User, Workflow } from './model.ts';
import { omitEmpty } from './omit-empty.ts';
import { repoBasics } from './repo-basics.ts';
import type { Shape } from './shape.ts';
import { isAtLeast, type Version } from './version.ts';

/** The API of 3.x, as recorded from 3.17.0. Members that came in with a later 3.x are left out for an earlier one. */
export function shape3(version: Version): Shape {
  return {
    user: userJson,
    repo: repoJson,
    pipeline: (pipeline, workflows) =>
      pipelineJson(version, pipeline, workflows === 'with workflows' ? pipeline.workflows : []),
    feedRow: (repo, pipeline) => ({
      repo_id: repo.id,
      full_name: repo.full_name,
      ...(pipeline && feedJson(version, pipeline)),
    }),
  };
}

function userJson(user: User): object {
  return {
    id: user.id,
    forge_id: 1,
    forge_remote_id: String(100 + user.id),
    login: user.login,
    email: `${user.login}@example.org`,
    avatar_url: '',
    admin: omitEmpty(user.admin),
    org_id: user.id,
  };
}

function repoJson(repo: Repo): object {
  return {
    ...repoBasics(repo),
    trusted: { network: false, volumes: false, security: false },
    approval_allowed_users: [],
    netrc_trusted: [],
    config_extension_endpoint: '',
    config_extension_exclusive: false,
    config_extension_netrc: false,
    registry_extension_endpoint: '',
    registry_extension_netrc: false,
    secret_extension_endpoint: '',
    secret_extension_netrc: false,
  };
}

function pipelineJson(version: Version, pipeline: Pipeline, workflows: readonly Workflow[]): object {
  return {
    id: pipeline.id,
    number: pipeline.number,
    author: pipeline.author,
    parent: pipeline.parent,
    event: pipeline.event,
    event_reason: since(version, 10, pipeline.event_reason),
    status: pipeline.status,
    errors: pipeline.errors,
    created: pipeline.created,
    updated: pipeline.updated,
    started: pipeline.started,
    finished: pipeline.finished,
    deploy_to: pipeline.deploy_to,
    deploy_task: pipeline.deploy_task,
    commit: pipeline.commit,
    branch: pipeline.branch,
    rerun_count: since(version, 15, pipeline.rerun_count),
    ref: pipeline.ref,
    refspec: pipeline.refspec,
    author_avatar: pipeline.author_avatar,
    forge_url: pipeline.forge_url,
    reviewed_by: pipeline.reviewed_by,
    reviewed: pipeline.reviewed,
    cancel_info: since(version, 14, omitEmpty(pipeline.cancel_info)),
    workflows: omitEmpty(workflows.map(workflowJson)),
    changed_files: omitEmpty(pipeline.changed_files),
    variables: omitEmpty(pipeline.variables),
    cron: since(version, 14, omitEmpty(pipeline.cron)),
    version: since(version, 14, pipeline.version),
    release: since(version, 17, omitEmpty(pipeline.release)),
    tag_title: since(version, 17, omitEmpty(pipeline.tag_title)),
    title: pipeline.title,
    message: pipeline.message,
    timestamp: pipeline.timestamp,
    sender: pipeline.sender,
    author_email: pipeline.author_email,
  };
}

function workflowJson(workflow: Workflow): object {
  return {
    ...workflow,
    error: omitEmpty(workflow.error),
    started: omitEmpty(workflow.started),
    finished: omitEmpty(workflow.finished),
    agent_id: omitEmpty(workflow.agent_id),
    children: workflow.children.map(stepJson),
  };
}

function stepJson(step: Step): object {
  return {
    ...step,
    error: omitEmpty(step.error),
    started: omitEmpty(step.started),
    finished: omitEmpty(step.finished),
  };
}

function feedJson(version: Version, pipeline: Pipeline): object {
  return {
    id: pipeline.id,
    number: pipeline.number,
    event: pipeline.event,
    status: pipeline.status,
    created: omitEmpty(pipeline.created),
    started: omitEmpty(pipeline.started),
    finished: omitEmpty(pipeline.finished),
    commit: omitEmpty(pipeline.commit),
    branch: omitEmpty(pipeline.branch),
    ref: omitEmpty(pipeline.ref),
    refspec: omitEmpty(pipeline.refspec),
    title: omitEmpty(pipeline.title),
    author: omitEmpty(pipeline.author),
    author_avatar: omitEmpty(pipeline.author_avatar),
    author_email: omitEmpty(pipeline.author_email),
    release: since(version, 17, omitEmpty(pipeline.release)),
    tag_title: since(version, 17, omitEmpty(pipeline.tag_title)),
    // The name of a cron job becomes the message only where whole pipelines are written, not in a feed.
    message: pipeline.event === 'cron' ? undefined : omitEmpty(pipeline.message),
  };
}

function since<T>(version: Version, minor: number, value: T): T | undefined {
  return isAtLeast(version, 3, minor) ? value : undefined;
}
