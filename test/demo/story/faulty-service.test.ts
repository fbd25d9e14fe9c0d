import { expect, it } from 'vitest';
import { continueFaults, FAULTY } from '../../../src/demo/story/faulty-service.ts';
import { pipelinesOf } from '../../../src/demo/woodpecker/pipelines.ts';
import { createState } from '../../../src/demo/woodpecker/state.ts';

const BEGIN_S = 1_790_000_000;

/** The story of ten minutes, looked at every so many seconds. */
function tell(everySeconds: number) {
  let now = BEGIN_S * 1000;
  const state = createState('3.17.0', () => now);
  const errorsUntil = continueFaults(state, { seed: 7 });
  const errors = [];
  for (let second = 0; second <= 600; second += everySeconds) {
    now = (BEGIN_S + second) * 1000;
    errors.push(...errorsUntil(now));
  }
  const [repo] = state.repos.values();
  return { errors, pipelines: repo === undefined ? [] : pipelinesOf(state, repo) };
}

it.each([1, 5])('each deployment goes well, and half a minute of errors follows it, looked at every %i s', (every) => {
  const { errors, pipelines } = tell(every);
  expect(pipelines.map(({ status }) => status)).toEqual(['success', 'success', 'success']);
  const after = errors.map(({ created_at: at }) => Date.parse(at) / 1000);
  // The third's errors are still to come, or have begun.
  for (const { finished } of pipelines.slice(0, 2)) {
    expect(after.filter((at) => at >= finished && at < finished + 60)).toHaveLength(90);
  }
  expect(Math.min(...after)).toBe((pipelines[0]?.finished ?? 0) + 3);
  expect(new Set(errors.map(({ app, environment }) => `${app} ${environment}`))).toEqual(
    new Set([`${FAULTY.fullName} production`]),
  );
});
