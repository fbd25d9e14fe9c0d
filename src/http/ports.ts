import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Workspace } from '../domain/error-event.ts';
import type { KnownTarget } from '../domain/known-target.ts';
import type { Decision, Verdict } from '../domain/override.ts';
import type { KeysQuery, KeysRecord } from '../ledger/key-records.ts';
import type {
  CollectorRecord,
  DeploymentQuery,
  DeploymentRecord,
  HistoryQuery,
  IncidentQuery,
  IncidentRecord,
  LatestDeployment,
  LatestQuery,
  NotCountedRecord,
  NotificationQuery,
  NotificationRecord,
  NotifierRecord,
  Page,
  TargetQuery,
  TargetRecord,
} from '../ledger/records.ts';

/** The metrics as a scrape gets them. */
export interface Exposition {
  /** Negotiates format and encoding by the two request headers, null where there is none. */
  scrape(request: { readonly accept: string | null; readonly acceptEncoding: string | null }): Promise<Scrape>;
  /** Called once a scrape has been sent to its last byte. */
  served(scrape: Scrape): void;
}

export interface Scrape {
  readonly contentType: string;
  readonly encoding: 'gzip' | null;
  /** Bytes of all chunks. */
  readonly length: number;
  readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/**
 * What the ledger keeps, for people and scripts. Lists throw `BadCursor` for a cursor that they did not give;
 * anything else that is thrown means that the ledger does not answer.
 */
export interface Records {
  targets(query: TargetQuery): Promise<Page<TargetRecord>>;
  deployments(query: DeploymentQuery): Promise<Page<DeploymentRecord>>;
  incidents(query: IncidentQuery): Promise<Page<IncidentRecord>>;
  keys(query: KeysQuery): Promise<Page<KeysRecord>>;
  notifications(query: NotificationQuery): Promise<Page<NotificationRecord>>;
  collectors(): Promise<readonly CollectorRecord[]>;
  history(query: HistoryQuery): Promise<Page<DeploymentRecord>>;
  /** The latest first. */
  latest(query: LatestQuery): Promise<readonly LatestDeployment[]>;
  /** Null when there is none of that number. */
  deployment(id: number): Promise<DeploymentRecord | null>;
  incident(id: number): Promise<IncidentRecord | null>;
}

/** What this process knows without asking the ledger: it answers whatever the ledger does. */
export interface Board {
  /** Where another process leads, asks the ledger anew for all of this when that is a while ago. Throws `StoreFailure`. */
  look(): Promise<void>;
  /** Whether this process polls and sends. */
  leads(): boolean;
  targets(): readonly KnownTarget[];
  collectors(): readonly CollectorRecord[];
  /** Of each source, whether it is polled or posted to. */
  notCounted(): readonly NotCountedRecord[];
  /** Null: there is no notifier. */
  notifier(): NotifierRecord | null;
  /** Why the ledger took nothing at the last poll that brought something; null: it did, since. */
  storeFailure(): { readonly detail: string } | null;
  /** Names of the workspaces that applications post to. */
  readonly workspaces: readonly string[];
}

/** What came of a person's word. */
export type Answer<R> =
  | { readonly kind: 'done'; readonly record: R }
  | { readonly kind: 'unknown' }
  /** Nothing changed; `field` is what is wrong, `why` says how. */
  | { readonly kind: 'refused'; readonly field: string; readonly why: string };

/** People's words against the events. What is said twice is done once. Throws when the ledger does not take it. */
export interface Overrides {
  /** A null `at` is the time of the decision. */
  resolve(said: Decision & { readonly incident: number; readonly at: number | null }): Promise<Answer<IncidentRecord>>;
  /** Takes that back. */
  reopen(said: Decision & { readonly incident: number }): Promise<Answer<IncidentRecord>>;
  /** A null verdict takes back what was said before. */
  giveVerdict(
    said: Decision & { readonly deployment: number; readonly verdict: Verdict | null },
  ): Promise<Answer<DeploymentRecord>>;
}

/** The program as a whole. */
export interface Life {
  /** Whether requests should be sent here; asks neither the ledger nor an upstream. */
  ready(): { readonly ready: true } | { readonly ready: false; readonly why: string };
  /** Loads the configuration again; a bad file changes nothing. */
  reload(): Promise<{ readonly ok: true } | { readonly ok: false; readonly problems: readonly string[] }>;
}

/** A person or script that may change things. `read` gives the token as its file has it now, and throws when it cannot. */
export interface AdminToken {
  readonly name: string;
  readonly token: { read(): string };
}

/** Whose errors are taken in, and the token by which it is known. */
export interface SinkWorkspace extends Workspace, AdminToken {}

/** The part of a pino logger that this room needs. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Everything behind Node.js' own server: its request and response are at `c.env`. */
export type App = Hono<{ Bindings: HttpBindings }>;
