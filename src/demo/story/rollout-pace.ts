const MINUTE = 60;

/** How long things take, in seconds: the least and the most. */
export interface RolloutPace {
  /** From the end of the pipeline to the commit that names its image. */
  readonly delay: readonly [number, number];
  readonly sync: readonly [number, number];
  /** From the end of the sync until the new version is up. */
  readonly progress: readonly [number, number];
  /** How long a release stays Degraded that comes round by itself. */
  readonly degraded: readonly [number, number];
  /** Until people do something about a release that is broken. */
  readonly react: readonly [number, number];
}

/** As it is in a real cluster. */
export const HISTORY_ROLLOUT_PACE: RolloutPace = {
  delay: [2 * MINUTE, 7 * MINUTE],
  sync: [5, 40],
  progress: [20, 2 * MINUTE],
  degraded: [10 * MINUTE, 10 * MINUTE],
  react: [4 * MINUTE, 20 * MINUTE],
};

/** Quick enough to see a rollout fail and be mended within minutes. */
export const LIVE_ROLLOUT_PACE: RolloutPace = {
  delay: [4, 8],
  sync: [3, 6],
  progress: [3, 8],
  degraded: [60, 80],
  react: [45, 70],
};

/** A spell of Degraded that is over before anybody could act on it, whatever the pace. */
export const FLAP_SECONDS = 20;
