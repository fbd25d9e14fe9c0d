import { describe, expect, test } from 'vitest';
import { CASES, outcomeOf } from './support-cases.ts';
import { TABLE } from './support-table.ts';

test('every recorded case is in the table', () => {
  expect(Object.keys(TABLE)).toEqual(CASES);
});

describe.each(CASES)('%s', (name) => {
  const { every, ends, everyBrief } = TABLE[name] ?? { every: [], ends: [] };

  test('every state seen, degraded_for 2m', async () => {
    expect(await outcomeOf(name, 'every', '2m')).toEqual(every);
  });

  test('every state seen, degraded_for 1s', async () => {
    expect(await outcomeOf(name, 'every', '1s')).toEqual(everyBrief ?? every);
  });

  test('every state seen by two polls', async () => {
    expect(await outcomeOf(name, 'twice', '2m')).toEqual(every);
  });

  test.each(['2m', '1s'])('only the first and the last state seen, degraded_for %s', async (degradedFor) => {
    expect(await outcomeOf(name, 'ends', degradedFor)).toEqual(ends);
  });
});
