import { readFileSync } from 'node:fs';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import type { Secret } from '../../domain/secret.ts';
import { StoreFailure } from '../../domain/store-failure.ts';
import type { PostgresAddress } from './address.ts';
import { PostgresFailure } from './failure.ts';

/** How a PostgreSQL is reached. */
export interface PostgresAccess {
  readonly address: PostgresAddress;
  /** Read for each new connection; null: PGPASSWORD, or the file that PGPASSFILE names. */
  readonly password: Secret | null;
}

/** What one pool is for. Times in milliseconds; 0 is no limit. */
export interface PoolUse {
  /** Most connections. */
  readonly size: number;
  readonly readOnly: boolean;
  /** For one statement. */
  readonly statementMs: number;
  /** For a transaction that asks nothing: that of a process that froze must not hold up the others. */
  readonly idleInTransactionMs: number;
  /** Run on each new connection before it is used; one for which it fails is not. */
  readonly prepare?: (ask: Ask) => Promise<void>;
}

/** Runs a statement on one connection and returns its rows. */
export type Ask = (text: string, values?: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>;

const CONNECT_MS = 5_000;
/** How much later than the server the client gives a statement up: it hears of no server that is cut off. */
const SILENCE_MS = 2_000;
/** How long for another transaction's locks, of which ours are short. */
const LOCK_MS = 10_000;

/**
 * Connections that Kysely can use. All that goes wrong with them is a `PostgresFailure`, and one that did not answer is
 * never used again. Throws a `StoreFailure` that names the certificate or key that cannot be read.
 */
export function openPool({ address, password }: PostgresAccess, use: PoolUse): PostgresPool {
  const pool = new pg.Pool({
    host: address.host,
    port: address.port,
    database: address.database,
    ...(address.user === null ? {} : { user: address.user }),
    ...(password === null ? {} : { password: () => password.read() }),
    ssl: tlsOf(address),
    application_name: 'dora-exporter',
    max: use.size,
    // A connection that the other side forgot is found out by the next use; a new one costs more than keeping it.
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: use.idleInTransactionMs,
    ...(use.statementMs === 0
      ? {}
      : { statement_timeout: use.statementMs, query_timeout: use.statementMs + SILENCE_MS }),
    options: `-c default_transaction_read_only=${use.readOnly ? 'on' : 'off'} -c timezone=UTC`,
    types: { getTypeParser },
    onConnect: async (client) => {
      // Whoever uses it hears of its end by the statement that fails; without anyone to hear, the process would end.
      client.on('error', () => {});
      await use.prepare?.(async (text, values = []) => (await client.query(text, [...values])).rows);
    },
  });
  pool.on('error', () => {}); // The pool has dropped it already.
  return {
    options: {},
    async connect() {
      const client = await pool.connect().catch((error) => Promise.reject(asFailure(error)));
      return guarded(client);
    },
    end: () => pool.end(),
  };
}

function guarded(client: pg.PoolClient): PostgresPoolClient {
  let silent = false;
  const query = async (text: string, values?: readonly unknown[]) => {
    try {
      return await client.query(text, values?.map(kept) as unknown[]);
    } catch (error) {
      // What did not answer may still do so, to the next question.
      silent ||= !(error instanceof pg.DatabaseError);
      throw asFailure(error);
    }
  };
  // Kysely asks for cursors only where it was given a maker of them.
  const release = (destroy?: boolean) => client.release(silent || destroy === true);
  return { query: query as never, release };
}

/** NUL, which it takes in no text, is kept as U+FFFD: for one in a commit's name a source would never be read again. */
function kept(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;
}

function asFailure(error: unknown): StoreFailure {
  return error instanceof StoreFailure ? error : new PostgresFailure(error);
}

function tlsOf({ host, tls }: PostgresAddress): ConnectionOptions | false {
  if (tls.mode === 'disable') return false;
  const own = tls.certFile === null || tls.keyFile === null ? {} : { cert: pem(tls.certFile), key: pem(tls.keyFile) };
  const ca = tls.caFile === null ? {} : { ca: pem(tls.caFile) };
  return {
    ...own,
    ...ca,
    rejectUnauthorized: tls.mode !== 'require',
    checkServerIdentity: (_, certificate) =>
      tls.mode === 'verify-full' ? checkServerIdentity(host, certificate) : undefined,
  };
}

function pem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreFailure(`the ledger: ${file} cannot be read: ${why}`, { cause: error });
  }
}

/** Counts and sums come as text, which no number that a ledger can hold needs. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  const { INT8, NUMERIC } = pg.types.builtins;
  return oid === INT8 || oid === NUMERIC ? exactNumber : pg.types.getTypeParser(oid, format as 'text');
}

function exactNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) throw new Error(`${text} is no number that is exact`);
  return number;
}
