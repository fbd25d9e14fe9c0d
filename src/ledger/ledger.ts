import type { Batch } from '../domain/batch.ts';
import type { Clock } from '../domain/clock.ts';
import type { Rules } from '../domain/mttr.ts';
import type { Observe } from '../domain/observation.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import type { Plan } from '../domain/transition.ts';
import { decidedIds } from './decided.ts';
import { keepCommits, knownCommits } from './kept-commits.ts';
import { dueLookups, type Lookups, nextLookupAt, postponeLookup } from './lookups.ts';
import { type Messages, openMessages } from './messages.ts';
import { migrate } from './migrations.ts';
import type { Changes } from './projection.ts';
import { openQueries, type Queries } from './queries.ts';
import { readSnapshot } from './read-snapshot.ts';
import { type Recorded, recordBatch } from './record.ts';
import { type Findings, recordChanges } from './record-changes.ts';
import { openSqlite } from './sqlite.ts';
import { sweepStep } from './sweep.ts';
import { recordTick } from './tick.ts';
import { asStoreFailure, inTransaction } from './transaction.ts';

/** The durable record. Every method throws `StoreFailure` when the store cannot do it; nothing is half done then. */
export interface Ledger {
  /** Records a batch whole (design.md §2) and returns what it changed. */
  record(batch: Batch): Promise<Recorded>;
  /** Lets time pass until `now`: closes what has expired. */
  tick(now: number): Promise<Changes>;
  /** Takes away what is older than the retention, a bounded step at a time, until `stop`. */
  sweep(before: number, stop: AbortSignal): Promise<void>;
  /** Everything that `/metrics` shows, as last committed. */
  snapshot(): Promise<Changes>;
  /** Which of these upstream ids of a source are decided. */
  decided(source: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** What the collector of a source asked to have remembered, by key. */
  state(source: string): Promise<ReadonlyMap<string, unknown>>;
  readonly messages: Messages;
  /** Records what a lookup found of a deployment's commits, once, and returns what that changed. */
  recordChanges(findings: Findings): Promise<Changes>;
  readonly lookups: Lookups;
  readonly queries: Queries;
  close(): Promise<void>;
}

/** Opens the SQLite ledger in `file` and brings its tables up to date. Throws a `StoreFailure` that names the file. */
export async function openLedger(options: {
  readonly file: string;
  readonly rules: Rules;
  readonly plan: Plan;
  readonly clock: Clock;
  readonly observe: Observe;
}): Promise<Ledger> {
  const { clock, rules, plan, observe } = options;
  const store = openSqlite(options.file);
  const { writer, reader, close } = store;
  try {
    await migrate(writer);
  } catch (error) {
    await close();
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreFailure(`the ledger ${options.file} cannot be brought up to date: ${why}`, { cause: error });
  }
  const committed = () => observe({ kind: 'committed', at: clock.now() });
  return {
    async record(batch) {
      const recorded = await inTransaction(store, clock, (trx) => recordBatch(trx, batch, plan, rules));
      committed();
      return recorded;
    },
    async tick(now) {
      const { targets, counts } = await inTransaction(store, clock, (trx) => recordTick(trx, now, plan, rules));
      if (targets.length > 0) committed();
      return { targets, counts, gone: [], successes: [] };
    },
    async sweep(before, stop) {
      while (!stop.aborted) {
        const swept = await inTransaction(store, clock, (trx) => sweepStep(trx, before));
        if (swept === null) return observe({ kind: 'sweep_done', at: clock.now() });
        observe({ kind: 'swept', ...swept });
      }
    },
    snapshot: () => reading(() => readSnapshot(reader)),
    decided: (source, ids) => reading(() => decidedIds(reader, source, ids)),
    state: (source) =>
      reading(async () => {
        const rows = await reader.selectFrom('collector_state').selectAll().where('source', '=', source).execute();
        return new Map(rows.map(({ key, value }) => [key, JSON.parse(value) as unknown]));
      }),
    messages: openMessages({
      plan,
      write: (work) => inTransaction(store, clock, work),
      read: (work) => reading(() => work(reader)),
    }),
    async recordChanges(findings) {
      const changes = await inTransaction(store, clock, (trx) => recordChanges(trx, findings));
      committed();
      return changes;
    },
    lookups: {
      due: (source, now, limit, besides) => reading(() => dueLookups(reader, source, now, limit, besides)),
      nextAt: (source) => reading(() => nextLookupAt(reader, source)),
      postpone: (id, reason, at) => inTransaction(store, clock, (trx) => postponeLookup(trx, id, reason, at)),
      known: (repository, refs) => reading(() => knownCommits(reader, repository, refs)),
      keep: (repository, values) => inTransaction(store, clock, (trx) => keepCommits(trx, repository, values)),
    },
    queries: openQueries(reader),
    close,
  };
}

async function reading<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw asStoreFailure(error);
  }
}
