import { describe, expect, it } from 'vitest';
import { frequency, inTwoUnits, many, percent, roughly, safeLink } from '../../src/web/words.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('roughly', () => {
  it.each([
    [-5000, '0 s'],
    [0, '0 s'],
    [999, '0 s'],
    [119_999, '119 s'],
    [120_000, '2 min'],
    [7_199_999, '119 min'],
    [7_200_000, '2 h'],
    [172_799_999, '47 h'],
    [172_800_000, '2 d'],
    [34_560_000_000, '400 d'],
  ])('%d ms is %s', (ms, words) => {
    expect(plain(roughly(ms))).toBe(words);
  });
});

describe('inTwoUnits', () => {
  it.each([
    [0, '0 s'],
    [30, '0.1 s'],
    [250, '0.3 s'],
    [42_400, '42 s'],
    [59_600, '1 min'],
    [300_000, '5 min'],
    [4_320_000, '1 h 12 min'],
    [3_599_600, '1 h'],
    [86_399_000, '1 d'],
    [273_600_000, '3 d 4 h'],
  ])('%d ms is %s', (ms, words) => {
    expect(plain(inTwoUnits(ms))).toBe(words);
  });
});

describe('numbers', () => {
  it.each([
    [0.1428, '14.3 %'],
    [0, '0 %'],
    [1, '100 %'],
  ])('a share of %d is %s', (share, words) => {
    expect(plain(percent(share))).toBe(words);
  });

  it.each([
    [3.44, '3.4 a day'],
    [0, '0 a day'],
    [0.5, '3.5 a week'],
    [0.1, '3 in 30 days'],
    [1234.5, '1,235 a day'],
  ])('%d deployments a day are %s', (perDay, words) => {
    const { value, unit } = frequency(perDay);
    expect(`${value} ${unit}`).toBe(words);
  });

  it('are counted in words', () => {
    expect([many(1, 'app'), many(1234, 'app'), many(0, 'recovery', 'recoveries')].map(plain)).toEqual([
      '1 app',
      '1,234 apps',
      '0 recoveries',
    ]);
  });
});

describe('safeLink', () => {
  it.each(['https://ci.example.org/x', 'http://ci', 'HTTPS://CI'])('lets %s through', (link) => {
    expect(safeLink(link)).toBe(link);
  });

  it.each([null, '', 'javascript:alert(1)', 'ftp://x', '/relative', 'https:x'])('refuses %s', (link) => {
    expect(safeLink(link)).toBeNull();
  });
});
