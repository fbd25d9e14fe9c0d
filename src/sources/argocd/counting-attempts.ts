import type { IgnoredReason } from '../../domain/batch.ts';
import type { Outcome } from '../../domain/deployment.ts';
import type { Attempt } from './attempts.ts';

/** What of a target's attempts that counted is remembered: enough to judge the next one. */
export interface Counted {
  readonly latest: {
    readonly identity: string;
    readonly outcome: Outcome;
    /** Its end in milliseconds since the epoch; missing in what was remembered before this was. */
    readonly at?: number;
  } | null;
  /** Identity of what is live; null: nothing has succeeded. */
  readonly live: string | null;
  /** Identities that have succeeded, in the order of their first success. */
  readonly succeeded: readonly string[];
}

export const NOTHING_COUNTED: Counted = { latest: null, live: null, succeeded: [] };

/** A rollback to what lies further back is told as an ordinary deployment. */
const REMEMBERED = 100;

export type Judged =
  | { readonly kind: 'counts'; readonly rollback: boolean; readonly counted: Counted }
  | { readonly kind: 'ignored'; readonly reason: IgnoredReason };

/** Whether an attempt counts after those that did, and whether it is a rollback (counting.md §3). */
export function judgeAttempt(counted: Counted, attempt: Pick<Attempt, 'identity' | 'outcome' | 'at'>): Judged {
  const { identity, outcome, at } = attempt;
  const { latest } = counted;
  if (latest !== null && latest.identity === identity) {
    if (latest.outcome === 'success') return { kind: 'ignored', reason: 'resync' };
    if (outcome === 'failure') return { kind: 'ignored', reason: 'repeated' };
  }
  const now = { ...counted, latest: { identity, outcome, at } };
  if (outcome === 'failure') return { kind: 'counts', rollback: false, counted: now };
  const known = counted.succeeded.includes(identity);
  const succeeded = known ? counted.succeeded : [...counted.succeeded, identity].slice(-REMEMBERED);
  return { kind: 'counts', rollback: goesBack(counted, identity), counted: { ...now, live: identity, succeeded } };
}

/** What had succeeded before replaces what first succeeded after it, or comes again after nothing but failures. */
function goesBack({ live, succeeded }: Counted, identity: string): boolean {
  const first = succeeded.indexOf(identity);
  return first >= 0 && live !== null && (live === identity || first < succeeded.indexOf(live));
}
