import pg from 'pg';
import { StoreAbsent, StoreFailure, StoreInUse } from '../../domain/store-failure.ts';

/** What PostgreSQL, or the way to it, did not do. */
export class PostgresFailure extends StoreFailure {
  override readonly name = 'PostgresFailure';
  /** SQLSTATE, where the server answered; null where it did not (https://www.postgresql.org/docs/15/errcodes-appendix.html). */
  readonly state: string | null;
  /** What the server or the connection said. */
  readonly saying: string;

  constructor(error: unknown) {
    const saying = sayingOf(error);
    super(`the ledger: ${saying}`, { cause: error });
    this.saying = saying;
    this.state = error instanceof pg.DatabaseError ? (error.code ?? null) : null;
  }
}

/**
 * Classes and codes of what passes by itself, and left nothing behind: connections (08), too many of them (53300), rolled
 * back for another's sake (40), locks (55P03), a server that stops, starts, or ended an idle session (57P, 25P03).
 */
const PASSING = /^(08|40|57P|25P03|53300|55P03)/;

/** It may be tried again at once. */
export function isPassing(error: unknown): boolean {
  return error instanceof PostgresFailure && (error.state === null || PASSING.test(error.state));
}

/** What hindered the opening of a ledger, told with the place that it was to be in. */
export function notOpened(url: string, error: unknown): StoreFailure {
  const why = error instanceof PostgresFailure ? error.saying : error instanceof Error ? error.message : String(error);
  const Failure = error instanceof StoreInUse ? StoreInUse : isAbsent(error) ? StoreAbsent : StoreFailure;
  return new Failure(`the ledger ${url} cannot be opened: ${why}`, { cause: error });
}

/** The server was not reached, or takes nobody in yet. */
function isAbsent(error: unknown): boolean {
  return error instanceof PostgresFailure && (error.state === null || /^(08|57P|53300)/.test(error.state));
}

function sayingOf(error: unknown): string {
  // Of several addresses that were tried, Node.js says nothing itself.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(sayingOf).join('; ');
  const message = error instanceof Error ? error.message : String(error);
  if (/client password must be a string/.test(message)) {
    return 'the database asks for a password and there is none: see ledger_password_file, PGPASSFILE and PGPASSWORD';
  }
  return message;
}
