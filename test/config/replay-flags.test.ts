import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../src/config/command-line.ts';

const SILENT = { file: 'a.ndjson', windows: [], minSamples: null, until: null, json: false };

describe('replay on the command line', () => {
  it.each([
    [['a.ndjson'], {}],
    [['-', '--json'], { file: '-', json: true }],
    [
      ['--window=7d', 'a.ndjson', '--window', '30d'],
      {
        windows: [
          { name: '7d', ms: 7 * 86_400_000 },
          { name: '30d', ms: 30 * 86_400_000 },
        ],
      },
    ],
    [['a.ndjson', '--min-samples=5', '--until=2026-01-31T12:00:00Z'], { minSamples: 5, until: 1_769_860_800_000 }],
  ])('%j', (words, flags) => {
    expect(parseCommandLine(['replay', ...words])).toEqual({ kind: 'replay', flags: { ...SILENT, ...flags } });
  });

  it.each([
    [[], 'give one FILE'],
    [['a', 'b'], 'give one FILE'],
    [['a', '--window=soon'], '--window: "soon" is not right; give a duration such as 30d'],
    [['a', '--window=7d', '--window=168h'], '--window: 168h is there twice'],
    [['a', '--min-samples=0'], '--min-samples: "0" is not right; give a whole number of at least 1'],
    [['a', '--until=now'], '--until: "now" is not right; give an RFC 3339 time'],
    [['a', '--config.file=b'], '--config.file'],
  ])('%j is refused', (words, problem) => {
    const line = parseCommandLine(['replay', ...words]);
    expect(line).toMatchObject({ kind: 'usage', problem: expect.stringContaining(problem) });
  });

  it('a file is of replay alone', () => {
    expect(parseCommandLine(['export', 'a.ndjson'])).toMatchObject({ kind: 'usage' });
  });
});
