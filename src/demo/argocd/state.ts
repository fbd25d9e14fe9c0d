import type { Account, Rights, Token } from './accounts.ts';
import type { KubernetesEvent } from './events.ts';
import type { Application, Commit } from './model.ts';
import type { Watcher } from './watchers.ts';

/**
 * Everything that one simulated server knows. Read it freely; the switches are for setting, all else is changed by the
 * functions of applications.ts, operations.ts, health.ts, accounts.ts and commits.ts.
 */
export interface ArgocdState {
  /** `3.5.1`, `3.4.7`, `2.13.9` or another. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** By `namespace/name`. */
  readonly applications: Map<string, Application>;
  /** By the uid of the application, oldest first. */
  readonly events: Map<string, KubernetesEvent[]>;
  /** By repository URL, then by SHA. */
  readonly commits: Map<string, Map<string, Commit>>;
  readonly accounts: Account[];
  /** By the text that a client sends. */
  readonly tokens: Map<string, Token>;
  /** Who has an open stream. */
  readonly watchers: Set<Watcher>;
  /** Projects that applications name and that do not exist. */
  readonly missingProjects: Set<string>;
  lastResourceVersion: number;
  lastUid: number;
  /** How often a client asked for a refresh, which no reader should. */
  refreshes: number;

  /** What people without a token, or with a bad one, may read; null where anonymous access is off. */
  anonymous: Rights | null;
  /** The server has just started and knows of so many applications only: none, then some; null when of all. */
  justStarted: { readonly known: number } | null;
  /** The Kubernetes API is down: what is not cached cannot be read. */
  kubernetesDown: boolean;
  /** The repo-server is down: nothing can be read from git. */
  repoServerDown: boolean;
  /** The largest list in bytes that fits into a gRPC message (ARGOCD_GRPC_MAX_SIZE_MB); null for any. */
  grpcMaxBytes: number | null;
  /** `https://host` to which plain HTTP is sent; null for a server that answers it (`--insecure`). */
  redirectTo: string | null;
  /** Open streams stay open and hear nothing more (argoproj/argo-cd#24750). */
  streamsDeaf: boolean;
}

export function createState(version: string, now: () => number): ArgocdState {
  return {
    version,
    now,
    applications: new Map(),
    events: new Map(),
    commits: new Map(),
    accounts: [],
    tokens: new Map(),
    watchers: new Set(),
    missingProjects: new Set(),
    lastResourceVersion: 1000,
    lastUid: 0,
    refreshes: 0,
    anonymous: null,
    justStarted: null,
    kubernetesDown: false,
    repoServerDown: false,
    grpcMaxBytes: null,
    redirectTo: null,
    streamsDeaf: false,
  };
}
