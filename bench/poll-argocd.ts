import { openArgocd } from '../src/sources/argocd/open.ts';
import { argocdSettings } from '../src/sources/argocd/settings.ts';
import { NO_FILES, pollCosts } from './poll-costs.ts';
import type { Row } from './row.ts';

const CHANGED = 20;

/** Polls of a simulated Argo CD server in another process, through the real collector, ledger and metrics. */
export async function benchPollArgocd(): Promise<Row[]> {
  const small = await argocdCosts(200);
  const large = await argocdCosts(2000);
  const times = large.changed.cpuMs / small.changed.cpuMs;
  const alone = { target: '-', ratio: null, ok: true };
  const few = (name: string, figure: number, target: string, most: number): Row => ({
    name,
    figure,
    unit: 'requests',
    target,
    ratio: null,
    ok: figure <= most,
  });
  const stall = (name: string, figure: number): Row => ({
    name,
    figure,
    unit: 'ms',
    target: 'at most 10 ms',
    ratio: null,
    ok: figure <= 10,
  });
  const most = 3 * CHANGED + 1;
  return [
    few('quiet poll, 2,000 applications', large.quiet.requests, '1 request', 1),
    { name: 'quiet poll, 2,000 applications, CPU', figure: large.quiet.cpuMs, unit: 'ms', ...alone },
    stall('quiet poll, 2,000 applications, longest stall', large.quiet.stallMs),
    few(`poll, ${CHANGED} of 2,000 changed`, large.changed.requests, 'at most three for each, and the list', most),
    { name: `poll, ${CHANGED} of 200 changed, CPU`, figure: small.changed.cpuMs, unit: 'ms', ...alone },
    {
      name: `poll, ${CHANGED} of 2,000 changed, CPU`,
      figure: large.changed.cpuMs,
      unit: 'ms',
      target: 'at most 1.5 of that of 200',
      ratio: times,
      ok: times <= 1.5,
    },
    stall(`poll, ${CHANGED} of 2,000 changed, longest stall`, large.changed.stallMs),
    { name: 'first read of 2,000 applications', figure: large.firstReadMs, unit: 'ms', ...alone },
  ];
}

/** What polls of a simulated server with so many applications cost. */
export function argocdCosts(applications: number) {
  return pollCosts({
    script: './simulated-argocd.ts',
    words: [String(applications)],
    open: (url, parts) =>
      openArgocd(argocdSettings(NO_FILES).parse({ type: 'argocd', name: 'bench', url, token_file: 'token' }), parts),
    changed: CHANGED,
  });
}
