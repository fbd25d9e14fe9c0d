import type { Pipeline, Repo, Step, User, Workflow } from './model.ts';
import { omitEmpty } from './omit-empty.ts';
import { repoBasics } from './repo-basics.ts';
import type { Shape } from './shape.ts';

/** The API of 2.x, as recorded from 2.8.3: other names for times, and nothing of what 3.x added. */
export const shape2: Shape = {
  user: userJson,
  repo: repoJson,
  pipeline: (pipeline, workflows) => pipelineJson(pipeline, workflows === 'with workflows' ? pipeline.workflows : []),
  feedRow: (repo, pipeline) => ({
    repo_id: repo.id,
    ...(pipeline && feedJson(pipeline)),
    // A fault of the server: the text of its own SQL, and no name of the repository.
    commit: 'pipelines.commit',
  }),
};

function userJson(user: User): object {
  return {
    id: user.id,
    forge_id: 1,
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
    // Like the avatar it is unset until the forge was asked for the repository.
    scm: repo.avatar_url === '' ? undefined : 'git',
    trusted: false,
    netrc_only_trusted: true,
  };
}

function pipelineJson(pipeline: Pipeline, workflows: readonly Workflow[]): object {
  return {
    id: pipeline.id,
    number: pipeline.number,
    author: pipeline.author,
    parent: pipeline.parent,
    event: pipeline.event,
    status: pipeline.status,
    errors: pipeline.errors,
    created_at: pipeline.created,
    updated_at: pipeline.updated,
    started_at: pipeline.started,
    finished_at: pipeline.finished,
    deploy_to: pipeline.deploy_to,
    deploy_task: pipeline.deploy_task,
    commit: pipeline.commit,
    branch: pipeline.branch,
    ref: pipeline.ref,
    refspec: pipeline.refspec,
    title: pipeline.title,
    message: pipeline.message,
    timestamp: pipeline.timestamp,
    sender: pipeline.sender,
    author_avatar: pipeline.author_avatar,
    author_email: pipeline.author_email,
    forge_url: pipeline.forge_url,
    reviewed_by: pipeline.reviewed_by,
    reviewed_at: pipeline.reviewed,
    workflows: omitEmpty(workflows.map(workflowJson)),
    variables: omitEmpty(pipeline.variables),
    changed_files: omitEmpty(pipeline.changed_files),
  };
}

function workflowJson(workflow: Workflow): object {
  const { started, finished, ...rest } = workflow;
  return {
    ...rest,
    error: omitEmpty(workflow.error),
    start_time: omitEmpty(started),
    end_time: omitEmpty(finished),
    agent_id: omitEmpty(workflow.agent_id),
    children: workflow.children.map(stepJson),
  };
}

function stepJson(step: Step): object {
  const { started, finished, ...rest } = step;
  return {
    ...rest,
    error: omitEmpty(step.error),
    start_time: omitEmpty(started),
    end_time: omitEmpty(finished),
  };
}

function feedJson(pipeline: Pipeline): object {
  return {
    id: pipeline.id,
    number: pipeline.number,
    event: pipeline.event,
    status: pipeline.status,
    created_at: omitEmpty(pipeline.created),
    started_at: omitEmpty(pipeline.started),
    finished_at: omitEmpty(pipeline.finished),
    branch: omitEmpty(pipeline.branch),
    ref: omitEmpty(pipeline.ref),
    refspec: omitEmpty(pipeline.refspec),
    title: omitEmpty(pipeline.title),
    message: omitEmpty(pipeline.message),
    author: omitEmpty(pipeline.author),
    author_avatar: omitEmpty(pipeline.author_avatar),
    author_email: omitEmpty(pipeline.author_email),
  };
}
