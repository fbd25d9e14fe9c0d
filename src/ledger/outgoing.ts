import type { Selectable } from 'kysely';
import type { RoomName, Severity } from '../domain/severity.ts';
import type { MessagesTable, OutboxTable } from './tables.ts';

/** What a row of the outbox is in the message that accounts for it. */
export type Role = 'first' | 'repeated' | 'summed' | 'ends';

/** A row of the outbox: a fact to be told. Times in milliseconds since the epoch. */
export interface OutboxFact {
  readonly id: number;
  /** Unique for ever: whoever made it known accounts for it by this. */
  readonly ref: string;
  readonly source: string;
  readonly severity: Severity;
  readonly room: RoomName;
  readonly key: string;
  readonly origin: string;
  readonly about: string | null;
  readonly ends: boolean;
  readonly payload: unknown;
  readonly decidedAt: number;
  /** Null until it has a message. */
  readonly role: Role | null;
}

/** One Matrix event: a message, an edit of one, or a notice in the thread of one. */
export type OutgoingKind = 'message' | 'edit' | 'notice';

/** The message that an edit or a notice is about. */
export interface Root {
  readonly delivered: boolean;
  readonly roomId: string | null;
  readonly eventId: string | null;
}

/** An event to be sent. */
export interface Outgoing {
  readonly id: number;
  readonly txnId: string;
  readonly room: RoomName;
  readonly kind: OutgoingKind;
  readonly origin: string;
  /** JSON as it was first sent; null before the first attempt. */
  readonly content: string | null;
  /** How many attempts met an error of the server's own. */
  readonly serverErrors: number;
  /** The first row that it accounts for; null where it was swept. All that it tells is read when it is worded. */
  readonly first: OutboxFact | null;
  readonly root: Root | null;
  /** When it could first be sent, but for what stood before it: its decision, or the end of the throttle. */
  readonly readyAt: number;
}

export function factOf(row: Selectable<OutboxTable>): OutboxFact {
  return {
    id: row.id,
    ref: row.ref,
    source: row.source,
    severity: row.severity as Severity,
    room: row.room as RoomName,
    key: row.key,
    origin: row.origin,
    about: row.about,
    ends: row.ends === 1,
    payload: JSON.parse(row.payload),
    decidedAt: row.decided_at,
    role: row.role as Role | null,
  };
}

export function outgoingOf(
  row: Selectable<MessagesTable>,
  first: OutboxFact | null,
  root: Root | null,
  readyAt: number,
): Outgoing {
  return {
    id: row.id,
    txnId: row.txn_id,
    room: row.room as RoomName,
    kind: row.kind as OutgoingKind,
    origin: row.origin,
    content: row.content,
    serverErrors: row.server_errors,
    first,
    root,
    readyAt,
  };
}
