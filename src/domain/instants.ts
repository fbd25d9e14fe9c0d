/** Over the last hours a minute is what dashboards look at. */
const RECENT_MS = 6 * 3_600_000;
const RECENT_STEP_MS = 60_000;

/**
 * The moments at which the past is shown, in milliseconds since the epoch: whole multiples of `stepMs` after `since`, in
 * the last 6 hours at least every minute, and `until` itself at the end.
 */
export function* instants(since: number, until: number, stepMs: number): Generator<number> {
  const recent = Math.max(since, until - RECENT_MS);
  yield* grid(since, recent, stepMs);
  yield* grid(recent, until, Math.min(stepMs, RECENT_STEP_MS));
  if (since < until) yield until;
}

/** `after` < t < `before`. */
function* grid(after: number, before: number, stepMs: number): Generator<number> {
  for (let at = (Math.floor(after / stepMs) + 1) * stepMs; at < before; at += stepMs) yield at;
}
