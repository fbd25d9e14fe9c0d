import type { Batch } from '../domain/batch.ts';
import type { Ledger, SweepBefore } from '../ledger/ledger.ts';
import type { Changes } from '../ledger/projection.ts';
import type { Findings } from '../ledger/record-changes.ts';

/** Writes to the ledger, one at a time, and tells of each commit before the next begins. */
export interface Recorder {
  record(batch: Batch): Promise<void>;
  /** Records what a lookup found of a deployment's commits. */
  recordChanges(findings: Findings): Promise<void>;
  /** Lets time pass until `now`, in milliseconds since the epoch. */
  tick(now: number): Promise<void>;
  /** Takes away what is older than `before`, between other writes, until `stop`. */
  sweep(before: SweepBefore, stop: AbortSignal): Promise<void>;
}

/** `changed` hears of commits in their order: what it shows is never older than what it showed before. */
export function openRecorder(ledger: Ledger, changed: (changes: Changes) => void): Recorder {
  let last: Promise<unknown> = Promise.resolve();
  const next = (write: () => Promise<Changes>): Promise<void> => {
    const done = last.then(async () => changed(await write()));
    last = done.catch(() => {});
    return done;
  };
  return {
    record: (batch) => next(async () => (await ledger.record(batch)).changes),
    recordChanges: (findings) => next(() => ledger.recordChanges(findings)),
    tick: (now) => next(() => ledger.tick(now)),
    sweep: (before, stop) => ledger.sweep(before, stop, next),
  };
}
