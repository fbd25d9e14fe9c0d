import { isHeld, LEASE_MS, RENEW_MS } from '../domain/lease.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import { ledgerOver } from '../ledger/ledger.ts';
import { Deposed, fenceOf, type Lease } from '../ledger/postgres/lease.ts';
import type { Store } from '../ledger/transaction.ts';
import type { LeadershipParts } from './leadership.ts';
import { openTenure, type Tenure } from './tenure.ts';

export interface TermParts extends LeadershipParts {
  readonly store: Store;
  readonly lease: Lease;
  readonly epoch: number;
  /** When the lease was asked for, by the monotonic clock. */
  readonly askedAt: number;
}

/** One lead of this process: from the lease to its loss, or to the day on which it is given up. */
export interface Term {
  readonly tenure: Tenure;
  /** Whether the lease still holds: asked before anything is shown that only a leader knows. */
  holds(): boolean;
  /** Resolves with the reason once the lease is lost; by then nothing of the tenure is shown, and it is ending. */
  readonly lost: Promise<string>;
  /** Ends the tenure, and leaves the lease to the next when it was not lost. Safe to call twice. */
  end(): Promise<void>;
}

/** Rebuilds what a leader knows while the lease is being renewed. Throws when it is lost meanwhile, or as `openTenure` does. */
export async function openTerm(parts: TermParts): Promise<Term> {
  const { store, lease, epoch, clock, log, config } = parts;
  let renewedAt = parts.askedAt;
  let tenure: Tenure | null = null;
  let isOver = false;
  const over = new AbortController();
  const { promise: lost, resolve } = Promise.withResolvers<string>();
  function lose(why: string): void {
    if (isOver) return;
    isOver = true;
    over.abort(new Error(why));
    tenure?.metrics.close();
    tenure?.end().catch((error) => log.error({ err: error }, 'the end of a lead failed'));
    resolve(why);
  }
  function holds(): boolean {
    if (!isOver && !isHeld(renewedAt, clock.monotonic())) lose('the lease was not renewed in time');
    return !isOver;
  }
  async function renew(): Promise<void> {
    const askedAt = clock.monotonic();
    try {
      if (await lease.renew(epoch)) renewedAt = askedAt;
      else lose('another replica leads');
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error;
      log.warn({ detail: error.message }, 'the lease was not renewed');
    }
  }
  async function everyTime(waitMs: () => number, act: () => Promise<void> | void): Promise<void> {
    try {
      while (holds()) {
        await clock.sleep(waitMs(), over.signal);
        await act();
      }
    } catch (error) {
      if (!isOver) lose(`the lease could not be renewed: ${error}`);
    }
  }
  // A renewal that hangs must not keep the end of the lease from being seen.
  const keeping = Promise.all([
    everyTime(() => RENEW_MS, renew),
    everyTime(
      () => Math.max(0, renewedAt + LEASE_MS - clock.monotonic()),
      () => {},
    ),
  ]);
  const fence = fenceOf(epoch, () => lose('another replica leads'));
  const open = () =>
    openTenure({
      ...parts,
      isShared: true,
      openLedger: async (heard) =>
        ledgerOver(
          { ...store, close: async () => {} },
          {
            rules: { expiryMs: config.incidentExpiryMs },
            clock,
            ...heard,
            async fence(trx) {
              if (!holds()) throw new Deposed('the ledger: this replica leads no more');
              await fence(trx);
            },
          },
        ),
    });
  let ended: Promise<void> | null = null;
  async function end(): Promise<void> {
    await tenure?.[Symbol.asyncDispose]();
    const wasLost = isOver;
    isOver = true;
    over.abort(new Error('the lead was given up'));
    await keeping;
    if (wasLost) return;
    await lease.release(epoch).catch((error) => log.warn({ err: error }, 'the lease was left to run out'));
  }
  try {
    tenure = await open();
    if (!holds()) throw new Deposed('the ledger: the lease was lost while it was being read');
  } catch (error) {
    await end();
    throw error;
  }
  return {
    tenure,
    holds,
    lost,
    end() {
      ended ??= end();
      return ended;
    },
  };
}
