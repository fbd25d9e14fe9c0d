import { between, pick, seededRandom } from '../random.ts';
import type { WoodpeckerState } from '../woodpecker/state.ts';
import { CAST, type Character } from './cast.ts';
import { LIVE_PACE } from './pace.ts';
import { incident, nextScene } from './scenes.ts';
import { StageManager } from './stage-manager.ts';
import { endOf } from './stages.ts';

// Seconds between the beginnings of two scenes.
const BETWEEN_SCENES = [12, 30] as const;
// Every fifth scene, from the second on, is an incident: one begins within a minute, and the next two minutes later.
const INCIDENT_EVERY = 5;
const FIRST_INCIDENT = 1;

/**
 * Goes on with a story that seedStory began. The function that is returned makes the server look as it does at `now`
 * (milliseconds since the epoch, never going back); its first call is where the live part begins. What happens depends
 * on the seed and that first moment, not on how often it is called.
 */
export function continueStory(state: WoodpeckerState, { seed }: { readonly seed: number }): (now: number) => void {
  const random = seededRandom(seed);
  const manager = new StageManager(state);
  const busyUntil = new Map<Character, number>();
  let scenes = 0;
  let nextAt: number | null = null;

  function planScene(at: number): void {
    const [first, ...others] = CAST.filter((character) => (busyUntil.get(character) ?? 0) < at);
    scenes += 1;
    if (first === undefined) return;
    const planner = { character: pick(random, [first, ...others]), pace: LIVE_PACE, random };
    const scene = scenes % INCIDENT_EVERY === FIRST_INCIDENT + 1 ? incident : nextScene(planner);
    const runs = scene(planner, at);
    manager.plan(runs);
    busyUntil.set(planner.character, Math.max(...runs.map(endOf)));
  }

  return (now) => {
    const at = Math.floor(now / 1000);
    nextAt ??= at;
    while (nextAt <= at) {
      planScene(nextAt);
      nextAt += between(random, BETWEEN_SCENES);
    }
    manager.advance(at);
  };
}
