import { migrationState } from '../migrations.ts';
import { kyselyOverPostgres } from './dialect.ts';
import { notOpened } from './failure.ts';
import { type Ask, openPool, type PostgresAccess } from './pool.ts';

/** What there is to say of a database without changing anything. */
export interface Looked {
  readonly version: string;
  readonly user: string;
  readonly schema: string;
  /** The user may make tables there. */
  readonly mayWrite: boolean;
  readonly encrypted: boolean;
  /** Whose tables there are: none, those of an earlier version, or the present ones. */
  readonly state: 'new' | 'older' | 'present';
}

const LOOKING_MS = 10_000;
const FACTS = `select current_setting('server_version') as version, current_user as "user",
  coalesce(current_schema(), '') as schema,
  coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) as writes,
  coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as encrypted`;

/** Looks at a database. Throws a `StoreFailure` that names it when it is not reached, or holds a newer version's tables. */
export async function lookAtPostgres(access: PostgresAccess): Promise<Looked> {
  let facts: Awaited<ReturnType<Ask>>[number] = {};
  const prepare = async (ask: Ask) => {
    facts = (await ask(FACTS))[0] ?? {};
  };
  const use = { size: 1, readOnly: true, statementMs: LOOKING_MS, idleInTransactionMs: LOOKING_MS, prepare };
  try {
    await using db = kyselyOverPostgres(openPool(access, use));
    const state = await migrationState(db);
    return {
      version: String(facts['version']).split(' ')[0] ?? '',
      user: String(facts['user']),
      schema: String(facts['schema']),
      mayWrite: facts['writes'] === true,
      encrypted: facts['encrypted'] === true,
      state,
    };
  } catch (error) {
    throw notOpened(access.address.url, error);
  }
}
