import { openWoodpecker } from '../src/sources/woodpecker/open.ts';
import { woodpeckerSettings } from '../src/sources/woodpecker/settings.ts';
import { NO_FILES, pollCosts } from './poll-costs.ts';
import type { Row } from './row.ts';

const PIPELINES = 5;
const CHANGED = 20;

/** Polls of a simulated Woodpecker server in another process, through the real collector, ledger and metrics. */
export async function benchPoll(): Promise<Row[]> {
  const small = await woodpeckerCosts(100);
  const large = await woodpeckerCosts(1000);
  const times = large.changed.cpuMs / small.changed.cpuMs;
  const row = (
    name: string,
    figure: number,
    unit: string,
    target: string,
    ok: boolean,
    ratio: number | null = null,
  ): Row => ({
    name,
    figure,
    unit,
    target,
    ratio,
    ok,
  });
  return [
    row('quiet poll, 1,000 repositories', large.quiet.requests, 'requests', '1 request', large.quiet.requests === 1),
    row('quiet poll, 1,000 repositories, CPU', large.quiet.cpuMs, 'ms', '-', true),
    row(
      'quiet poll, 1,000 repositories, longest stall',
      large.quiet.stallMs,
      'ms',
      'at most 10 ms',
      large.quiet.stallMs <= 10,
    ),
    row(
      `poll, ${CHANGED} of 1,000 changed`,
      large.changed.requests,
      'requests',
      'O(k)',
      large.changed.requests <= 3 * CHANGED + 1,
    ),
    row(`poll, ${CHANGED} of 100 changed, CPU`, small.changed.cpuMs, 'ms', '-', true),
    row(
      `poll, ${CHANGED} of 1,000 changed, CPU`,
      large.changed.cpuMs,
      'ms',
      'at most 1.5 of that of 100',
      times <= 1.5,
      times,
    ),
    row(
      `poll, ${CHANGED} of 1,000 changed, longest stall`,
      large.changed.stallMs,
      'ms',
      'at most 10 ms',
      large.changed.stallMs <= 10,
    ),
    row('first read of 1,000 repositories', large.firstReadMs, 'ms', '-', true),
  ];
}

/** What polls of a simulated server with so many repositories cost. */
export function woodpeckerCosts(repositories: number) {
  return pollCosts({
    script: './simulated-server.ts',
    words: [String(repositories), String(PIPELINES)],
    open: (url, parts) =>
      openWoodpecker(
        woodpeckerSettings(NO_FILES).parse({ type: 'woodpecker', name: 'bench', url, token_file: 'token' }),
        parts,
      ),
    changed: CHANGED,
  });
}
