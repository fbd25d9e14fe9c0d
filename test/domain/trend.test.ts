import { describe, expect, it } from 'vitest';
import { together, trendOf } from '../../src/domain/trend.ts';
import { spanOf, windowKeys } from '../../src/domain/windows.ts';
import { knownTarget, NOW } from '../http/fakes.ts';

const DAY = 86_400_000;
const MONTH = { name: '30d', ms: 30 * DAY };
const QUERY = { window: MONTH, longestMs: 90 * DAY, now: NOW, minSamples: 3 };
const rest = async () => {};

describe('the rows of several targets together', () => {
  it('add up, and no two recoveries become one because their sources number alike', () => {
    const one = knownTarget({}, { daysAgo: [1, 2, 3] });
    const other = knownTarget({ source: 'cd' }, { daysAgo: [1, 2] });
    const keys = windowKeys(together([one.rows, other.rows]), spanOf(MONTH, NOW), 3);
    expect(keys).toMatchObject({ deployments: 5, ratioDeployments: 5, changeFailures: { deployment: 3 } });
    expect(keys.recovery.count).toBe(3);
    expect(keys.leadTime.count).toBe(2);
  });

  it('of one are its own', () => {
    const { rows } = knownTarget();
    const span = spanOf(MONTH, NOW);
    expect(windowKeys(together([rows]), span, 3)).toEqual(windowKeys(rows, span, 3));
  });
});

describe('a trend', () => {
  it('has parts without a gap that add up to the window', async () => {
    const target = knownTarget({}, { daysAgo: [0.5, 1, 5, 9, 29.9, 31] });
    const { parts, keys, span } = await trendOf([target], QUERY, rest);
    expect(parts[0]?.span.after).toBe(span.after);
    expect(parts.at(-1)?.span.until).toBe(NOW);
    for (const [place, part] of parts.slice(1).entries()) expect(part.span.after).toBe(parts[place]?.span.until);
    expect(parts.reduce((sum, part) => sum + part.keys.deployments, 0)).toBe(keys.deployments);
    expect(keys.deployments).toBe(5);
  });

  it('compares like with like: a target that was not known whole then has no part in it', async () => {
    const old = knownTarget({}, { daysAgo: [1, 40, 41] });
    const young = knownTarget({ id: 8, observedSince: NOW - 31 * DAY }, { daysAgo: [1, 2, 40] });
    const { compared, incomplete, keys } = await trendOf([old, young], QUERY, rest);
    expect(keys.deployments).toBe(3);
    expect(incomplete).toBe(0);
    expect(compared?.targets).toBe(1);
    expect(compared?.now.deployments).toBe(1);
    expect(compared?.before.deployments).toBe(2);
  });

  it('compares nothing where older rows are forgotten, or no target was known', async () => {
    const target = knownTarget();
    const quarter = { name: '90d', ms: 90 * DAY };
    expect((await trendOf([target], { ...QUERY, window: quarter }, rest)).compared).toBeNull();
    const young = knownTarget({ observedSince: NOW - 10 * DAY });
    expect(await trendOf([young], QUERY, rest)).toMatchObject({ compared: null, incomplete: 1 });
  });

  it('says nothing of ratios over too few, and never 0 for what is not known', async () => {
    const { parts, keys } = await trendOf([knownTarget({}, { daysAgo: [1] })], QUERY, rest);
    expect(keys.changeFailureRatio).toBeNull();
    expect(parts.map((part) => part.keys.changeFailureRatio).filter((ratio) => ratio !== null)).toEqual([]);
  });
});
