import { describe, expect, it } from 'vitest';
import { roughly, safeLink } from '../../src/web/words.ts';

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
    expect(roughly(ms)).toBe(words);
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
