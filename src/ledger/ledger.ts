import type { Transaction } from 'kysely';
import type { Batch } from '../domain/batch.ts';
import type { Clock } from '../domain/clock.ts';
import type { Rules } from '../domain/mttr.ts';
import type { Observe } from '../domain/observation.ts';
import type { SinkRule } from '../domain/sink-rule.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import type { Plan } from '../domain/transition.ts';
import { decidedIds } from './decided.ts';
import { type ErrorQueries, openErrorQueries } from './errors/error-queries.ts';
import { type Ingested, ingest, type Post } from './errors/ingest.ts';
import { joined } from './errors/joined.ts';
import { settleTick } from './errors/settle-tick.ts';
import { sweepErrorsStep } from './errors/sweep-errors.ts';
import { giveVerdict, type Judging } from './give-verdict.ts';
import { answerInInbox, nextOfInbox, takeOfInbox } from './inbox/take.ts';
import { keepCommits, knownCommits } from './kept-commits.ts';
import { dueLookups, type Lookups, postponeLookup } from './lookups.ts';
import { type Messages, openMessages } from './messages.ts';
import { type LedgerPlace, openStore } from './open-store.ts';
import type { Overridden } from './overridden.ts';
import type { Changes } from './projection.ts';
import { openQueries, type Queries } from './queries.ts';
import { readSnapshot } from './read-snapshot.ts';
import { type Recorded, recordBatch } from './record.ts';
import { type Findings, recordChanges } from './record-changes.ts';
import type { DeploymentRecord, IncidentRecord } from './records.ts';
import { type Reopening, type Resolving, reopenIncident, resolveIncident } from './resolve.ts';
import { sweepStep } from './sweep.ts';
import type { Tables } from './tables.ts';
import { recordTick } from './tick.ts';
import { asStoreFailure, type Fence, inTransaction, type Store } from './transaction.ts';
import { NO_WINDOW_CHANGES, type WindowChanges } from './window-log.ts';
import { readWindowRows } from './window-rows.ts';

/** How many posts of the inbox one transaction takes. */
const INBOX_ROWS = 200;

/** Runs one step of a long piece of work between other writes, and tells what it changed. */
export type InTurn = (step: () => Promise<Changes>) => Promise<void>;

/** The durable record. Every method throws `StoreFailure` when the store cannot do it; nothing is half done then. */
export interface Ledger {
  /** Records a batch whole (design.md §2) and returns what it changed. */
  record(batch: Batch): Promise<Recorded>;
  /**
   * Takes in what applications posted to the sink, all of it or nothing, at `now`. Errors are blamed on a deployment that
   * ended at most `blameWithinMs` before they began; null: on none.
   */
  ingest(
    posts: readonly Post[],
    sink: readonly SinkRule[],
    now: number,
    blameWithinMs?: number | null,
  ): Promise<Ingested>;
  /**
   * Does what came first of what replicas that follow took in: some posts, or one person's word; null: nothing waits. What
   * fails by a fault of ours is answered so, kept, and told to `failed`: the rest must not wait for it.
   */
  takeInbox(taking: TakingInbox): Promise<Changes | null>;
  /** Closes an incident at a person's word; one that is closed stays as it is. */
  resolve(resolving: Resolving): Promise<Overridden<IncidentRecord>>;
  /** Takes that back. */
  reopen(reopening: Reopening): Promise<Overridden<IncidentRecord>>;
  /** Judges a deployment by a person's word. */
  giveVerdict(judging: Judging): Promise<Overridden<DeploymentRecord>>;
  /** Lets time pass until `now`: closes what has expired, and what the sink's rules say is over. */
  tick(now: number): Promise<Changes>;
  /**
   * Takes away what is older than the retention, a bounded step at a time, until `stop`. Each step is run by `inTurn`, so
   * that what it changed is told in the order of commits.
   */
  sweep(before: SweepBefore, stop: AbortSignal, inTurn?: InTurn): Promise<void>;
  /** Everything that `/metrics` shows, as last committed. */
  snapshot(): Promise<Changes>;
  /** What windows are taken over that ended after `since`, in milliseconds since the epoch: in parts, once, at start. */
  windowRows(since: number): AsyncIterable<WindowChanges>;
  /** Which of these upstream ids of a source are decided. */
  decided(source: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** What the collector of a source asked to have remembered, by key. */
  state(source: string): Promise<ReadonlyMap<string, unknown>>;
  readonly messages: Messages;
  /** Records what a lookup found of a deployment's commits, once, and returns what that changed. */
  recordChanges(findings: Findings): Promise<Changes>;
  readonly lookups: Lookups;
  readonly queries: Queries;
  readonly errors: ErrorQueries;
  close(): Promise<void>;
}

/** The sink's rules, and whom errors are blamed on, as `ingest` has them; `now` in milliseconds since the epoch. */
export interface TakingInbox {
  readonly sink: readonly SinkRule[];
  readonly blameWithinMs: number | null;
  readonly now: number;
  readonly failed: (error: unknown, row: { readonly id: number; readonly kind: string }) => void;
}

/** What is older goes: rows of deployments and incidents, and those of the sink. Milliseconds since the epoch. */
export interface SweepBefore {
  readonly rows: number;
  readonly errors: number;
  /** The sources whose lookups somebody works on: those of others keep no row. Left out: all. */
  readonly lookedUp?: readonly string[] | undefined;
}

export interface LedgerOptions {
  readonly rules: Rules;
  readonly plan: Plan;
  readonly clock: Clock;
  readonly observe: Observe;
  /** Left out: everything may be written. */
  readonly fence?: Fence;
}

/** Opens the store, and the ledger over it, which closes it. Throws a `StoreFailure` as `openStore` does. */
export async function openLedger(options: LedgerPlace & LedgerOptions): Promise<Ledger> {
  return ledgerOver(await openStore(options), options);
}

/** The ledger in an open store, which closing it closes. It remembers nothing of the store between two calls. */
export function ledgerOver(store: Store, options: LedgerOptions): Ledger {
  const { clock, rules, plan, observe, fence } = options;
  const { reader, close } = store;
  const write = <T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> =>
    inTransaction(store, clock, async (trx) => {
      await fence?.(trx);
      return await work(trx);
    });
  const committed = () => observe({ kind: 'committed', at: clock.now() });
  async function overriding<R>(work: (trx: Transaction<Tables>) => Promise<Overridden<R>>): Promise<Overridden<R>> {
    const overridden = await write(work);
    committed();
    return overridden;
  }
  return {
    async record(batch) {
      const recorded = await write((trx) => recordBatch(trx, batch, plan, rules));
      committed();
      return recorded;
    },
    async ingest(posts, sink, now, blameWithinMs = null) {
      const all = { sink, plan, incidents: rules, blameWithinMs };
      const ingested = await write((trx) => ingest(trx, posts, all, now));
      committed();
      return ingested;
    },
    async takeInbox({ sink, blameWithinMs, now, failed }) {
      const all = { sink, plan, incidents: rules, blameWithinMs };
      const take = (limit: number) =>
        write(async (trx) => {
          const rows = await nextOfInbox(trx, limit);
          return rows.length === 0 ? null : await takeOfInbox(trx, rows, all, now);
        });
      try {
        const changes = await take(INBOX_ROWS);
        if (changes !== null) committed();
        return changes;
      } catch (error) {
        if (error instanceof StoreFailure) throw error;
      }
      try {
        return await take(1);
      } catch (error) {
        if (error instanceof StoreFailure) throw error;
        return await write(async (trx) => {
          const [row] = await nextOfInbox(trx, 1);
          if (row === undefined) return null;
          failed(error, row);
          await answerInInbox(trx, row.id, { kind: 'failed' });
          return joined([]);
        });
      }
    },
    resolve: (resolving) => overriding((trx) => resolveIncident(trx, resolving, plan, rules)),
    reopen: (reopening) => overriding((trx) => reopenIncident(trx, reopening, plan, rules)),
    giveVerdict: (judging) => overriding((trx) => giveVerdict(trx, judging)),
    async tick(now) {
      const changes = await write(async (trx) => {
        const expired = await recordTick(trx, now, plan, rules);
        return joined([{ ...expired, gone: [], successes: [] }, await settleTick(trx, now, plan, rules)]);
      });
      if (changes.targets.length > 0) committed();
      return changes;
    },
    async sweep(before, stop, inTurn = async (step) => void (await step())) {
      let done = false;
      while (!stop.aborted && !done) {
        await inTurn(async () => {
          const swept = await write(
            async (trx) =>
              (await sweepStep(trx, before.rows, before.lookedUp)) ?? (await sweepErrorsStep(trx, before.errors)),
          );
          done = swept === null;
          if (swept !== null) observe({ kind: 'swept', table: swept.table, rows: swept.rows });
          const windows = swept !== null && 'windows' in swept ? swept.windows : NO_WINDOW_CHANGES;
          return { targets: [], gone: [], counts: [], successes: [], windows };
        });
      }
      if (done) observe({ kind: 'sweep_done', at: clock.now() });
    },
    snapshot: () => reading(() => readSnapshot(reader)),
    async *windowRows(since) {
      try {
        yield* readWindowRows(reader, since);
      } catch (error) {
        throw asStoreFailure(error);
      }
    },
    decided: (source, ids) => reading(() => decidedIds(reader, source, ids)),
    state: (source) =>
      reading(async () => {
        const rows = await reader.selectFrom('collector_state').selectAll().where('source', '=', source).execute();
        return new Map(rows.map(({ key, value }) => [key, JSON.parse(value) as unknown]));
      }),
    messages: openMessages({
      plan,
      write,
      read: (work) => reading(() => work(reader)),
    }),
    async recordChanges(findings) {
      const changes = await write((trx) => recordChanges(trx, findings));
      committed();
      return changes;
    },
    lookups: {
      due: (source, now, limit) => reading(() => dueLookups(reader, source, now, limit)),
      postpone: (id, reason, at) => write((trx) => postponeLookup(trx, id, reason, at)),
      known: (repository, refs) => reading(() => knownCommits(reader, repository, refs)),
      keep: (repository, values) => write((trx) => keepCommits(trx, repository, values)),
    },
    queries: openQueries(reader),
    errors: openErrorQueries(reader),
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
