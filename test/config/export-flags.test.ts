import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../src/config/command-line.ts';

const DAY_MS = 86_400_000;
const SILENT = {
  configFile: null,
  format: 'openmetrics',
  sinceMs: 90 * DAY_MS,
  until: null,
  stepMs: 3_600_000,
  labels: {},
};

describe('export on the command line', () => {
  it.each([
    [[], {}],
    [
      ['--config.file=a.yml', '--since=400d', '--step=5m'],
      { configFile: 'a.yml', sinceMs: 400 * DAY_MS, stepMs: 300_000 },
    ],
    [['--until=2026-01-31T12:00:00Z'], { until: Date.parse('2026-01-31T12:00:00Z') }],
    [['--until', '2026-01-31T12:00:00.5+01:00'], { until: Date.parse('2026-01-31T11:00:00.5Z') }],
    [['--label=job=dora', '--label', 'instance=a:3672'], { labels: { job: 'dora', instance: 'a:3672' } }],
    [['--label=note=a=b "c"'], { labels: { note: 'a=b "c"' } }],
    [['--format=openmetrics'], {}],
  ])('%j', (words, flags) => {
    expect(parseCommandLine(['export', ...words])).toEqual({ kind: 'export', flags: { ...SILENT, ...flags } });
  });

  it('ndjson has no other flag than where the configuration is', () => {
    const flags = { configFile: 'a.yml', format: 'ndjson' };
    const line = parseCommandLine(['export', '--format=ndjson', '--config.file=a.yml']);
    expect(line).toEqual({ kind: 'export', flags });
  });

  it.each([
    ['--since=soon', '--since: "soon" is not right'],
    ['--since=0s', '--since: "0s" is not right'],
    ['--since=', '--since is empty'],
    ['--step=1ms', '--step: "1ms" is not right; give a duration of at least 1s'],
    ['--until=yesterday', '--until: "yesterday" is not right; give an RFC 3339 time'],
    ['--until=2026-01-31', '--until: "2026-01-31" is not right'],
    ['--until=2026-13-31T12:00:00Z', 'is not right'],
    ['--format=csv', '--format: "csv" is not right; give openmetrics or ndjson'],
    ['--label=job', '--label: "job" is not right; give a name and a value, such as job=dora'],
    ['--label=', '--label is empty'],
    ['--label=1a=b', '--label: "1a=b" is not right'],
    ['--label=__name__=b', '--label: "__name__=b" is not right'],
    ['--label=app=b', '--label: app is a label that the series have already'],
    ['--label=job=a --label=job=b', '--label: job is there twice'],
    ['--whatever=1', '--whatever'],
    ['file', "'file'"],
    ['--format=ndjson --since=90d', '--since is of --format=openmetrics; ndjson is all that the ledger knows'],
    ['--format=ndjson --label=job=a', '--label is of --format=openmetrics'],
  ])('%s is a mistake that is told: %s', (line, part) => {
    expect(parseCommandLine(['export', ...line.split(' ')])).toMatchObject({
      kind: 'usage',
      problem: expect.stringContaining(part),
    });
  });
});
