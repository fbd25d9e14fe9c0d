/** How long things take, in seconds: the least and the most. */
export interface Pace {
  /** From the making of a pipeline to an agent taking it. */
  readonly queue: readonly [number, number];
  readonly build: readonly [number, number];
  readonly deploy: readonly [number, number];
  /** Between two pipelines of one piece of work. */
  readonly pause: readonly [number, number];
  /** From a failure to the attempt that repairs it; short ones are the rule. */
  readonly repair: readonly [number, number];
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** As people work. A repair and its run together stay between ten minutes and two days. */
export const HISTORY_PACE: Pace = {
  queue: [2, 30],
  build: [45, 4 * MINUTE],
  deploy: [20, 2 * MINUTE],
  pause: [5 * MINUTE, 40 * MINUTE],
  repair: [10 * MINUTE, 47 * HOUR],
};

/** Quick enough to see an incident open and close within minutes. */
export const LIVE_PACE: Pace = {
  queue: [2, 4],
  build: [4, 10],
  deploy: [4, 10],
  pause: [5, 15],
  repair: [40, 90],
};
