import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../src/domain/clock.ts';
import type { Observation } from '../../src/domain/observation.ts';
import { type LedgerOptions, openLedger } from '../../src/ledger/ledger.ts';
import type { LedgerPlace } from '../../src/ledger/open-store.ts';
import { type OpenStore, RULES, type Store, T0 } from './support.ts';

/** A clock whose sleeps take no time; `slept` tells how long they were to be. */
export function quickClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    now: () => T0,
    monotonic: () => 0,
    async sleep(ms) {
      slept.push(ms);
    },
  };
}

/** A folder of the test's own, gone with it. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'dora-ledger-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

/** A new ledger in a file of its own. */
export const openSqliteStore: OpenStore = async ({ rules = RULES, plan = () => [] } = {}) => {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'ledger.db');
  return await openStoreOver(
    { file },
    { rules, plan },
    {
      async rows(table) {
        using database = new DatabaseSync(file, { readOnly: true });
        return database.prepare(`select * from ${table} order by rowid`).all();
      },
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    },
  );
};

/** A ledger that can be opened again at its place; `beside` reads the tables behind it, and ends when it was closed. */
export async function openStoreOver(
  place: LedgerPlace,
  how: Pick<LedgerOptions, 'rules' | 'plan'>,
  beside: Pick<Store, 'rows'> & AsyncDisposable,
): Promise<Store> {
  const observed: Observation[] = [];
  const open = () =>
    openLedger({ ...place, ...how, clock: quickClock(), observe: (observation) => observed.push(observation) });
  let ledger = await open();
  return {
    get ledger() {
      return ledger;
    },
    observed,
    async reopen() {
      await ledger.close();
      ledger = await open();
    },
    rows: (table) => beside.rows(table),
    async [Symbol.asyncDispose]() {
      await ledger.close();
      await beside[Symbol.asyncDispose]();
    },
  };
}
