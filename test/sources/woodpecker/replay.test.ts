import { describe, expect, test } from 'vitest';
import { VERSIONS } from '../../demo/woodpecker/recording.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type Keys, openProgram, POLL_MS } from './support-program.ts';
import { startReplay } from './support-replay.ts';
import { TABLE } from './support-table.ts';

type Rows = Readonly<Record<string, string>>;

/** The column of the table for these settings. */
function column(version: (typeof VERSIONS)[number], index: 0 | 1): Rows {
  return Object.fromEntries(Object.entries(TABLE[version]).map(([name, row]) => [name, row[index]]));
}

/** Polls the empty repositories, then their pipelines, then once more when one of them was deleted. */
async function replayed(version: string, keys: Keys) {
  const clock = new FakeClock(Date.UTC(2026, 10, 22, 4));
  const server = await startReplay(version, clock);
  const program = await openProgram(clock, { url: server.url, settle: '0s', ...keys });
  for (const shown of ['nothing', 'pipelines', 'the deleted one no more'] as const) {
    server.show(shown);
    await program.good();
    await clock.advance(POLL_MS);
  }
  // Once more of the same changes nothing.
  await program.good();
  return {
    page: await program.page(),
    server,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** How often each verdict stands in the rows, by the words that follow `prefix`. */
function counts(rows: Rows, prefix: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const verdict of Object.values(rows)) {
    const [kind = '', detail = ''] = verdict.split(' ');
    const key = prefix === 'ignored' ? detail : kind;
    if ((kind === 'ignored') !== (prefix === 'ignored') || kind === 'open') continue;
    found[key] = (found[key] ?? 0) + 1;
  }
  return found;
}

const CASES: readonly (readonly [string, Keys, 0 | 1])[] = [
  ['with the defaults', {}, 0],
  ['with workflow: deploy', { workflow: 'deploy' }, 1],
];

describe.each(VERSIONS)('the recordings of %s on /metrics', (version) => {
  test.each(CASES)('%s: the counts, reasons and times of the table', async (_, keys, index) => {
    await using run = await replayed(version, keys);
    const { page, server } = run;
    const rows = column(version, index);
    expect(page.deployments()).toEqual(counts(rows, ''));
    expect(page.ignored()).toEqual(counts(rows, 'ignored'));
    for (const [name, verdict] of Object.entries(rows)) {
      const labels = { app: server.app(name) };
      const [kind, at] = verdict.split(' ');
      expect([name, page.value('dora_deployment_last_success_timestamp', labels)]).toEqual([
        name,
        kind === 'success' ? Number(at) : null,
      ]);
      expect([name, page.value('dora_deployment_failure_timestamp', labels)]).toEqual([
        name,
        kind === 'failure' ? Number(at) : null,
      ]);
    }
  });

  test('the zombie counts nowhere where its branch is configured', async () => {
    await using run = await replayed(version, { branches: ['kill9'] });
    const rows = { ...column(version, 0), '230-one-zombie': 'open' };
    expect(run.page.deployments()).toEqual(counts(rows, ''));
    expect(run.page.ignored()).toEqual(counts(rows, 'ignored'));
  });
});
