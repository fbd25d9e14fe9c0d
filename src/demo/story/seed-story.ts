import { type Random, seededRandom } from '../random.ts';
import { addRepo, addUser, type WoodpeckerState } from '../woodpecker/state.ts';
import { afterWorkingHours, DAY, startOfDay } from './calendar.ts';
import { CAST, type Character } from './cast.ts';
import { HISTORY_PACE } from './pace.ts';
import type { Run } from './run.ts';
import { nextScene, nightly } from './scenes.ts';
import { StageManager } from './stage-manager.ts';
import { endOf } from './stages.ts';

/** The token of the story's one user, who may push to every repository and is no administrator. */
export const DEMO_TOKEN = 'demo-token';

// Two o'clock at night.
const NIGHTLY_AT = 2 * 3600;

export interface StoryOptions {
  readonly seed: number;
  /** Milliseconds since the epoch: the story ends here. */
  readonly now: number;
  /** How far it goes back. */
  readonly days: number;
}

/**
 * Fills an empty server with the history of a few teams: same options, same rows. Every pipeline has ended by `now`.
 * The rows are those of a server from 3.14 on, whatever version the state says.
 */
export function seedStory(state: WoodpeckerState, { seed, now, days }: StoryOptions): void {
  const end = Math.floor(now / 1000);
  const begin = end - days * DAY;
  addUser(state, 'exporter', DEMO_TOKEN);
  const manager = new StageManager(state);
  const random = seededRandom(seed);
  for (const character of CAST) {
    addRepo(state, {
      full_name: character.fullName,
      allow_deploy: character.deploysBy === 'promotion',
      require_approval: character.gated ? 'all_events' : 'none',
      cancel_previous_pipeline_events: ['push', 'pull_request'],
    });
    manager.plan(history(character, begin, end, random));
    if (character.nightly) manager.plan(nights(character, begin, end, random));
  }
  manager.advance(end);
}

/** One scene after the other, so that nothing repairs a failure before its time. */
function history(character: Character, begin: number, end: number, random: Random): Run[] {
  const planner = { character, pace: HISTORY_PACE, random };
  const runs: Run[] = [];
  let at = begin;
  for (;;) {
    at = afterWorkingHours(at, random() * 2 * character.paceHours);
    const scene = nextScene(planner)(planner, at);
    const last = Math.max(...scene.map(endOf));
    if (last > end) return runs;
    runs.push(...scene);
    at = last;
  }
}

function nights(character: Character, begin: number, end: number, random: Random): Run[] {
  const planner = { character, pace: HISTORY_PACE, random };
  const runs: Run[] = [];
  for (let at = startOfDay(begin) + DAY + NIGHTLY_AT; at < end; at += DAY) {
    runs.push(...nightly(planner, at).filter((run) => endOf(run) <= end));
  }
  return runs;
}
