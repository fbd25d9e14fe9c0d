import type { Batch } from '../domain/batch.ts';
import type { SinkRule } from '../domain/sink-rule.ts';
import type { Ingested, Post } from '../ledger/errors/ingest.ts';
import type { Ledger, SweepBefore, TakingInbox } from '../ledger/ledger.ts';
import type { Overridden } from '../ledger/overridden.ts';
import type { Changes } from '../ledger/projection.ts';
import type { Findings } from '../ledger/record-changes.ts';
import { NO_WINDOW_CHANGES } from '../ledger/window-log.ts';

/** Writes to the ledger, one at a time, and tells of each commit before the next begins. */
export interface Recorder extends Pick<Ledger, 'resolve' | 'reopen' | 'giveVerdict'> {
  record(batch: Batch): Promise<void>;
  /** Records what a lookup found of a deployment's commits. */
  recordChanges(findings: Findings): Promise<void>;
  /** Takes posts in; for each, in order, which of its events are new. */
  ingest(
    posts: readonly Post[],
    rules: readonly SinkRule[],
    now: number,
    blameWithinMs: number,
  ): Promise<Ingested['fresh']>;
  /** Takes what replicas that follow left, until nothing is left or `stop` is aborted. */
  takeInbox(taking: TakingInbox, stop: AbortSignal): Promise<void>;
  /** Lets time pass until `now`, in milliseconds since the epoch. */
  tick(now: number): Promise<void>;
  /** Takes away what is older than `before`, between other writes, until `stop`. */
  sweep(before: SweepBefore, stop: AbortSignal): Promise<void>;
}

const NOTHING: Changes = { targets: [], gone: [], counts: [], windows: NO_WINDOW_CHANGES, successes: [] };

/** `changed` hears of commits in their order: what it shows is never older than what it showed before. */
export function openRecorder(ledger: Ledger, changed: (changes: Changes) => void): Recorder {
  let last: Promise<unknown> = Promise.resolve();
  const next = <R>(write: () => Promise<{ readonly changes: Changes; readonly result: R }>): Promise<R> => {
    const done = last.then(async () => {
      const { changes, result } = await write();
      changed(changes);
      return result;
    });
    last = done.catch(() => {});
    return done;
  };
  const told = (write: () => Promise<Changes>): Promise<void> =>
    next(async () => ({ changes: await write(), result: undefined }));
  const hear = <R>(write: () => Promise<Overridden<R>>): Promise<Overridden<R>> =>
    next(async () => {
      const result = await write();
      return { changes: result.kind === 'done' ? result.changes : NOTHING, result };
    });
  return {
    record: (batch) => told(async () => (await ledger.record(batch)).changes),
    recordChanges: (findings) => told(() => ledger.recordChanges(findings)),
    ingest: (posts, rules, now, blameWithinMs) =>
      next(async () => {
        const { changes, fresh } = await ledger.ingest(posts, rules, now, blameWithinMs);
        return { changes, result: fresh };
      }),
    async takeInbox(taking, stop) {
      let left = true;
      while (left && !stop.aborted) {
        await told(async () => {
          const changes = await ledger.takeInbox(taking);
          left = changes !== null;
          return changes ?? NOTHING;
        });
      }
    },
    tick: (now) => told(() => ledger.tick(now)),
    sweep: (before, stop) => ledger.sweep(before, stop, told),
    resolve: (said) => hear(() => ledger.resolve(said)),
    reopen: (said) => hear(() => ledger.reopen(said)),
    giveVerdict: (said) => hear(() => ledger.giveVerdict(said)),
  };
}
