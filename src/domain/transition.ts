import type { Origin } from './batch.ts';
import type { IncidentKind, TargetKey } from './deployment.ts';
import type { CloseOutcome } from './mttr.ts';
import type { News } from './news.ts';
import type { RoomName, Severity } from './severity.ts';

/** What a message tells of the event that opened or closed an incident. */
export interface EventFacts {
  /** Where a person can see it upstream. */
  readonly link: string | null;
  /** Run time in milliseconds; null when unknown, and for what is no deployment. */
  readonly durationMs: number | null;
  /** Facts of the upstream. Of a sighting that a rule of the sink made, `severity` is the rule's. */
  readonly details: Readonly<Record<string, string | number>>;
}

/** What a commit changed about an incident: what may become a message. Times in milliseconds since the epoch. */
export interface Transition {
  /** The ledger's number of the incident. */
  readonly incident: number;
  readonly kind: IncidentKind;
  readonly target: TargetKey;
  readonly team: string;
  readonly operation: 'open' | 'extend' | 'close';
  readonly outcome: 'done' | 'noop' | CloseOutcome;
  readonly origin: Origin;
  readonly openedAt: number;
  /** False when history goes on before the first failure that was read: `openedAt` is no beginning then. */
  readonly beginningKnown: boolean;
  readonly closedAt: number | null;
  readonly recoveryMs: number | null;
  /** Of the failure that opened it, and of what closed it; null when there is none, or its row was swept. */
  readonly openedBy: EventFacts | null;
  readonly closedBy: EventFacts | null;
}

/** A message that was decided on: a fact, without wording. The ledger numbers it. */
export interface OutboxRow {
  /** The id by which those who made it known account for it; null: the ledger gives it one. */
  readonly ref: string | null;
  readonly source: string;
  readonly severity: Severity;
  /** Where it goes; a row that ends something goes where that was announced. */
  readonly room: RoomName;
  /** Rows with one key are the same alert, within `notify.dedupe`. */
  readonly key: string;
  /** Rows with one origin share a throttle. */
  readonly origin: string;
  /** What it tells of, unique for ever: the row that ends it finds by this the message that announced it. */
  readonly about: string | null;
  /** True when it ends what an earlier row with the same `about` announced. */
  readonly ends: boolean;
  /** JSON. */
  readonly payload: unknown;
}

/** Which transitions and news become messages, at `now` in milliseconds since the epoch. Pure. */
export type Plan = (transitions: readonly Transition[], news: readonly News[], now: number) => readonly OutboxRow[];
