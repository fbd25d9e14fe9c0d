import type { UnknownLeadTime } from '../domain/change.ts';
import type { Failure } from '../upstream/upstream.ts';

/** Why a lookup found nothing out. */
export interface Trouble {
  readonly reason: Extract<UnknownLeadTime, 'not_found' | 'forbidden' | 'rate_limited' | 'unavailable'>;
  /** For people; never holds a secret. */
  readonly detail: string;
  /** How long the upstream asked to be left alone, in milliseconds; null when it did not. */
  readonly waitMs: number | null;
  /** It says nothing of the one commit: every other request would meet the same. */
  readonly everywhere: boolean;
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly trouble: Trouble };

/** Statuses by which forges say that there is no such commit: GitHub's of an empty repository and of a bad SHA among them. */
const NO_SUCH_COMMIT: readonly (number | null)[] = [404, 409, 422];

/** What a failed request means for a lookup. `waitMs`: what the answer says of quota, see `quotaOf`. */
export function troubleOf(failure: Failure, waitMs: number | null): Trouble {
  const { detail, status } = failure;
  const wait = failure.retryAfterMs ?? waitMs;
  if (status === 429 || (status === 403 && wait !== null)) {
    return { reason: 'rate_limited', detail, waitMs: wait, everywhere: true };
  }
  if (status === 401) return { reason: 'forbidden', detail, waitMs: null, everywhere: true };
  if (status === 403) return { reason: 'forbidden', detail, waitMs: null, everywhere: false };
  if (NO_SUCH_COMMIT.includes(status)) return { reason: 'not_found', detail, waitMs: null, everywhere: false };
  // Argo CD says 500 of one revision that it cannot resolve, and a forge of one comparison that is too much for it.
  const ofThisOne = status === 500 || failure.reason === 'bad_response' || failure.reason === 'too_large';
  return { reason: 'unavailable', detail, waitMs: failure.retryAfterMs, everywhere: !ofThisOne };
}
