import type { Clock } from '../domain/clock.ts';

/**
 * Runs `work` with a signal that is aborted when `ms` have passed or when `stop` is aborted, and ends as it ends.
 * Throws `stop.reason` when that is so already. Afterwards nothing of it is left on `stop`, which lives as long as the program.
 */
export async function withDeadline<T>(
  ms: number,
  clock: Clock,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  stop.throwIfAborted();
  const deadline = new AbortController();
  const done = new AbortController();
  const onStop = (): void => deadline.abort(stop.reason);
  stop.addEventListener('abort', onStop, { once: true });
  clock.sleep(ms, done.signal).then(
    () => deadline.abort(new DOMException(`${ms} ms have passed`, 'TimeoutError')),
    () => {},
  );
  try {
    return await work(deadline.signal);
  } finally {
    stop.removeEventListener('abort', onStop);
    done.abort();
  }
}
