import { addErrors, type ErrorSinkState } from '../error-sink/state.ts';

/** What a client needs to ask a simulated sink, and the service whose errors it has. */
export const DEMO_SINK = {
  apiKey: 'demo-sink-key',
  workspace: '0b8a7c52-64f1-4f0b-9d37-5f6a1c2e9b40',
  subsystem: 'platform/gateway',
} as const;

const EVERY_MS = 15 * 60_000;
const KEPT_MS = 25 * 3_600_000;

/**
 * Gives a sink its key and a day of errors, few enough that no threshold is crossed. The function that is returned makes it
 * go on until `now`, milliseconds since the epoch, never going back.
 */
export function continueErrors(state: ErrorSinkState): (now: number) => void {
  const { apiKey, workspace, subsystem } = DEMO_SINK;
  state.apiKeys.set(apiKey, workspace);
  let told: number | null = null;
  return (now) => {
    const since = told ?? now - KEPT_MS;
    for (let at = Math.ceil(since / EVERY_MS) * EVERY_MS; at < now; at += EVERY_MS)
      addErrors(state, workspace, subsystem, 1, at);
    told = now;
    while ((state.errors[0]?.at ?? now) < now - KEPT_MS) state.errors.shift();
  };
}
