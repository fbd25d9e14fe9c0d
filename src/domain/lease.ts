/**
 * Who leads among replicas that share a database: whoever holds a lease that runs out unless it is renewed. Killed, a leader
 * is followed within `LEASE_MS + RETRY_MS` and what it takes to read the ledger, which is to be below 10 s.
 */
export const LEASE_MS = 6_000;
/** A renewal may fail twice in a row before the lease runs out. */
export const RENEW_MS = 1_500;
/** How often whoever does not lead asks for the lease. */
export const RETRY_MS = 1_000;

/**
 * Whether a lease still holds that was last asked for at `askedAt` with success; both by a monotonic clock, in milliseconds.
 * The database counts from a later moment, when the question arrived: nobody else has it yet when this says no.
 */
export function isHeld(askedAt: number, now: number): boolean {
  return now - askedAt < LEASE_MS;
}
