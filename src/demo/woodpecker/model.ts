/**
 * What a Woodpecker server keeps. The fields carry the names of its own JSON (3.17), so that a row can be compared
 * with a recording at a glance. All times are unix seconds, 0 is unset; null and empty lists are unset too.
 */
export interface User {
  readonly id: number;
  readonly login: string;
  readonly admin: boolean;
  /** The one token of the user; empty after it was revoked. */
  token: string;
}

/** What the forge lets a user do. `push` is what the listings ask for. */
export type Permission = 'none' | 'pull' | 'push';

export interface Repo {
  readonly id: number;
  /** `owner/name`; changed by a rename only. */
  full_name: string;
  default_branch: string;
  active: boolean;
  private: boolean;
  allow_deploy: boolean;
  /** `none` or the events that wait for an approval. */
  require_approval: string;
  /** Minutes. */
  timeout: number;
  cancel_previous_pipeline_events: readonly string[];
  /** Empty until the forge was asked for the repository. */
  avatar_url: string;
  forge_url: string;
  /** By user id; a user who is not here has none. */
  readonly permissions: Map<number, Permission>;
}

export interface Step {
  readonly id: number;
  readonly uuid: string;
  readonly pipeline_id: number;
  readonly pid: number;
  readonly ppid: number;
  readonly name: string;
  readonly state: string;
  readonly error: string;
  readonly exit_code: number;
  readonly started: number;
  readonly finished: number;
  readonly type: string;
}

export interface Workflow {
  readonly id: number;
  readonly pipeline_id: number;
  readonly pid: number;
  readonly name: string;
  readonly state: string;
  readonly error: string;
  readonly started: number;
  readonly finished: number;
  /** 0 until an agent took it. */
  readonly agent_id: number;
  readonly children: readonly Step[];
}

export interface PipelineError {
  readonly type: string;
  readonly message: string;
  readonly is_warning: boolean;
  readonly data: unknown;
}

export interface CancelInfo {
  readonly canceled_by_user?: string;
  /** The number of the newer pipeline. */
  readonly superseded_by?: number;
  readonly canceled_by_step?: string;
}

export interface Pipeline {
  readonly id: number;
  readonly repo_id: number;
  readonly number: number;
  author: string;
  /** The number of the pipeline that this one is a restart of, or 0. */
  parent: number;
  event: string;
  event_reason: readonly string[] | null;
  status: string;
  errors: readonly PipelineError[] | null;
  created: number;
  updated: number;
  started: number;
  finished: number;
  deploy_to: string;
  deploy_task: string;
  commit: string;
  branch: string;
  rerun_count: number;
  ref: string;
  refspec: string;
  author_avatar: string;
  forge_url: string;
  reviewed_by: string;
  reviewed: number;
  cancel_info: CancelInfo | null;
  workflows: readonly Workflow[];
  changed_files: readonly string[];
  variables: Readonly<Record<string, string>>;
  cron: string;
  /** Of the server that made the row; empty for one of before 3.14. */
  version: string;
  release: { readonly title: string; readonly is_prerelease?: boolean } | null;
  tag_title: string;
  title: string;
  message: string;
  timestamp: number;
  sender: string;
  author_email: string;
}
