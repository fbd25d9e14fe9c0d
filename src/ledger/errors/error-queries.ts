import type { Kysely } from 'kysely';
import type { ErrorEvent } from '../../domain/error-event.ts';
import type { Severity } from '../../domain/severity.ts';
import type { Page } from '../records.ts';
import type { Tables } from '../tables.ts';
import { asStoreFailure } from '../transaction.ts';
import { countBySubsystem } from './by-subsystem.ts';
import { readEvents } from './read-events.ts';

/** What a workspace's list of events can be asked for. A null filter asks for all. Times in ms since the epoch. */
export interface EventQuery {
  readonly limit: number;
  readonly cursor: string | null;
  readonly subsystem: string | null;
  readonly operation: string | null;
  readonly errorType: string | null;
  readonly severity: Severity | null;
  readonly app: string | null;
  readonly environment: string | null;
  /** `since` <= happened < `until`. */
  readonly since: number | null;
  readonly until: number | null;
}

/** An event as it is kept. */
export interface EventRecord extends Omit<ErrorEvent, 'id'> {
  /** The ledger's number. */
  readonly number: number;
  readonly id: string | null;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** What a workspace can ask of its own events. Throws `BadCursor`, and `StoreFailure` when the store does not answer. */
export interface ErrorQueries {
  /** The latest first. A page can hold fewer than `limit` and yet not be the last. */
  events(workspace: string, query: EventQuery): Promise<Page<EventRecord>>;
  /** How many happened at `since` or later, by subsystem, in no order. */
  bySubsystem(workspace: string, since: number): Promise<ReadonlyMap<string, number>>;
}

export function openErrorQueries(db: Kysely<Tables>): ErrorQueries {
  return {
    events: (workspace, query) => answering(() => readEvents(db, workspace, query)),
    bySubsystem: (workspace, since) => answering(() => countBySubsystem(db, workspace, since)),
  };
}

async function answering<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw asStoreFailure(error);
  }
}
