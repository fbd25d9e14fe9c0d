import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';

const RESOLUTION_MS = 1;

/** Runs `work`; how long it took, and the longest time for which nothing else could run, in milliseconds. */
export async function measured<T>(work: () => Promise<T>): Promise<{ result: T; tookMs: number; stallMs: number }> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  await setTimeout(20);
  delay.reset();
  const start = performance.now();
  const result = await work();
  const tookMs = performance.now() - start;
  await setTimeout(5);
  delay.disable();
  return { result, tookMs, stallMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS) };
}
