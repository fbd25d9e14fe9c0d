import { seededRandom } from '../random.ts';
import { addRepo, type WoodpeckerState } from '../woodpecker/state.ts';
import type { Character } from './cast.ts';
import { LIVE_PACE } from './pace.ts';
import { planRun } from './plan-run.ts';
import { StageManager } from './stage-manager.ts';
import { endOf } from './stages.ts';

/** A service that is deployed well, and is broken all the same: only its own errors tell. */
export const FAULTY: Character = {
  fullName: 'search/answers',
  deploysBy: 'push',
  failureRate: 0,
  paceHours: 1,
  gated: false,
  nightly: false,
};

/** What the service posts of one error. */
export interface PostedError {
  readonly subsystem: string;
  readonly operation: string;
  readonly error_type: string;
  readonly error_message: string;
  readonly app: string;
  readonly environment: string;
  readonly created_at: string;
  readonly origin: string;
}

// In seconds. Short enough for a rule over seconds to end within a minute.
const DEPLOY_EVERY = 240;
const UNNOTICED = 3;
const BROKEN = 30;
const ERRORS_PER_SECOND = 3;

const ERRORS = [
  { operation: 'answer', error_type: 'TypeError', error_message: 'cannot read the field "score" of a null' },
  { operation: 'rank', error_type: 'TimeoutError', error_message: 'no answer of search/suggest within 5 s' },
] as const;

/**
 * The live story of `FAULTY` on a server: deployed at once and then every few minutes, each time well, and each time it fails
 * for half a minute from a few seconds after. The function that is returned makes the server look as it does at `now`
 * (milliseconds since the epoch, never going back) and gives the errors of the time since its last call.
 */
export function continueFaults(
  state: WoodpeckerState,
  { seed }: { readonly seed: number },
): (now: number) => readonly PostedError[] {
  const planner = { character: FAULTY, pace: LIVE_PACE, random: seededRandom(seed) };
  const manager = new StageManager(state);
  addRepo(state, { full_name: FAULTY.fullName });
  let nextAt: number | null = null;
  let ended = 0;
  let last: number | null = null;
  return (now) => {
    const at = Math.floor(now / 1000);
    nextAt ??= at;
    const since = last ?? at;
    last = at;
    if (nextAt <= at) {
      const run = planRun(planner, nextAt);
      manager.plan([run]);
      ended = endOf(run);
      nextAt = at + DEPLOY_EVERY;
    }
    manager.advance(at);
    const from = Math.max(since, ended + UNNOTICED);
    const until = Math.min(at, ended + UNNOTICED + BROKEN);
    return Array.from({ length: Math.max(0, until - from) * ERRORS_PER_SECOND }, (_, index) =>
      errorAt(from + Math.floor(index / ERRORS_PER_SECOND), index),
    );
  };
}

function errorAt(second: number, index: number): PostedError {
  const error = ERRORS[index % ERRORS.length] ?? ERRORS[0];
  const at = new Date(second * 1000).toISOString();
  // Of its own, so that the incident that these make does not wait behind them.
  const origin = `${FAULTY.fullName} ${error.operation}`;
  return {
    subsystem: FAULTY.fullName,
    ...error,
    app: FAULTY.fullName,
    environment: 'production',
    created_at: at,
    origin,
  };
}
