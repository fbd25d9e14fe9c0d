import { expect, it } from 'vitest';
import { createState } from '../../../src/demo/error-sink/state.ts';
import { continueErrors } from '../../../src/demo/story/polled-errors.ts';

const NOW = Date.parse('2026-03-01T12:07:00Z');
const MINUTE = 60_000;

it('a polled sink has an error each quarter of an hour, however often it goes on, and none twice', () => {
  const state = createState(() => NOW);
  const goOn = continueErrors(state);
  goOn(NOW);
  expect(state.errors).toHaveLength(25 * 4);
  for (let minute = 1; minute <= 60; minute += 1) goOn(NOW + minute * MINUTE);
  expect(state.errors).toHaveLength(25 * 4);
  const times = state.errors.map(({ at }) => at);
  expect(times).toEqual([...new Set(times)].toSorted());
  expect(new Date(times.at(-1) ?? 0).toISOString()).toBe('2026-03-01T13:00:00.000Z');
});
