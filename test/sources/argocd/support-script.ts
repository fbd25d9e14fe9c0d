import { expect } from 'vitest';
import { addAccount } from '../../../src/demo/argocd/accounts.ts';
import { addApplication } from '../../../src/demo/argocd/applications.ts';
import { endOperation } from '../../../src/demo/argocd/end-operation.ts';
import type { Application } from '../../../src/demo/argocd/model.ts';
import { failAttempt, retryOperation, startOperation } from '../../../src/demo/argocd/operations.ts';
import { requestRollback, requestSelfHeal, requestSync } from '../../../src/demo/argocd/request-sync.ts';
import { startArgocd } from '../../../src/demo/argocd/start.ts';
import type { ArgocdState } from '../../../src/demo/argocd/state.ts';
import { setHealth, setSync } from '../../../src/demo/argocd/status.ts';
import type { Batch } from '../../../src/domain/batch.ts';
import { openArgocd } from '../../../src/sources/argocd/open.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { settingsOf } from './support.ts';
import { NOON, SECOND, sha } from './support-application.ts';

interface Stage {
  readonly version?: string;
  readonly clock?: FakeClock;
  readonly ledger?: (batch: Batch) => Promise<void>;
}

type Act = (state: ArgocdState, app: Application, at: number) => void;

const request =
  (letters: string): Act =>
  (state, app) => {
    requestSync(state, app, { revisions: [sha(letters)] });
    startOperation(state, app);
  };
const ends =
  (phase: 'Succeeded' | 'Failed', message?: string): Act =>
  (state, app, at) =>
    endOperation(state, app, message === undefined ? { phase } : { phase, message }, at);
const health =
  (status: 'Healthy' | 'Degraded' | 'Progressing'): Act =>
  (state, app, at) =>
    setHealth(state, app, status, at);
const compared =
  (status: 'Synced' | 'OutOfSync', letters: string): Act =>
  (state, app) =>
    setSync(state, app, status, [sha(letters)]);
const heals =
  (attempt: number): Act =>
  (state, app, at) => {
    requestSelfHeal(state, app, attempt);
    startOperation(state, app);
    endOperation(state, app, { phase: 'Succeeded' }, at);
  };

/** What happens, by seconds after noon. */
const SCRIPT: readonly (readonly [number, Act])[] = [
  [10, request('a1')],
  [20, ends('Succeeded')],
  [21, compared('Synced', 'a1')],
  [25, health('Healthy')],
  // The same again.
  [100, request('a1')],
  [105, ends('Succeeded')],
  // Self-heals.
  ...[200, 215, 230, 245, 260].map((at, index) => [at, heals(index + 1)] as const),
  // It fails, is tried again, fails; the same once more works.
  [400, request('b1')],
  [410, (state, app, at) => failAttempt(state, app, 'no', at)],
  [420, (state, app) => retryOperation(state, app)],
  [430, ends('Failed', 'no')],
  [600, request('b1')],
  [610, ends('Succeeded')],
  [611, compared('Synced', 'b1')],
  // A failed commit is taken back.
  [800, compared('OutOfSync', 'c1')],
  [801, request('c1')],
  [810, ends('Failed', 'no')],
  [990, compared('Synced', 'c2')],
  // Degraded for 20 s, and for 5 min.
  [1200, health('Degraded')],
  [1220, health('Healthy')],
  [1500, health('Degraded')],
  [1800, health('Healthy')],
  // A release degrades; within that incident a second one does too; back, and forward.
  [2100, request('d1')],
  [2110, ends('Succeeded')],
  [2111, compared('Synced', 'd1')],
  [2120, health('Degraded')],
  [2400, request('e1')],
  [2410, ends('Succeeded')],
  [2411, health('Progressing')],
  [2500, health('Degraded')],
  [2800, (state, app) => requestRollback(state, app, app.status.history?.at(-1)?.id ?? 0)],
  [2801, (state, app) => startOperation(state, app)],
  [2805, ends('Succeeded')],
  [
    2900,
    (state, app) => requestRollback(state, app, app.status.history?.find((e) => e.revision === sha('b1'))?.id ?? 0),
  ],
  [2901, (state, app) => startOperation(state, app)],
  [2910, ends('Succeeded')],
  [2930, health('Healthy')],
  [3300, request('f1')],
  [3310, ends('Succeeded')],
];

/** What counts of it: outcome, and seconds after noon. */
export const DEPLOYMENTS = [
  'success 20',
  'failure 430',
  'success 610',
  'failure 810',
  'success 2110',
  'success 2410',
  'success 2910 rollback',
  'success 3310',
];

/** Plays the script before a poll every `everySeconds`, into a ledger where there is one. */
export async function played(
  everySeconds: number,
  { version = '3.5.1', clock = new FakeClock(NOON), ledger = async () => {} }: Stage = {},
) {
  await using server = await startArgocd({ version, now: () => clock.now() });
  const { state } = server;
  addAccount(state, 'dev', 'token');
  const app = addApplication(state, { name: 'shop', destination: { server: 'https://k', namespace: 'prod' } });
  setHealth(state, app, 'Healthy');
  const batches: Batch[] = [];
  const source = openArgocd(settingsOf({ url: server.url }), {
    inbox: {
      async record(batch) {
        batches.push(batch);
        await ledger(batch);
      },
      decided: async () => new Set(),
      state: async () => new Map(),
    },
    retentionMs: 1e12,
    attributionWindowMs: 86_400_000,
    userAgent: 'test',
    clock,
    observe: () => {},
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  });
  const never = new AbortController().signal;
  let most = 0;
  const poll = async () => {
    const before = server.requests.length;
    expect(await source.poll(never)).toEqual({ ok: true });
    most = Math.max(most, batches.length === 0 ? 0 : server.requests.length - before);
    expect(await source.catchUp(never, never)).toEqual({ ok: true });
    expect(await source.stamp()).toEqual({ ok: true });
  };
  await poll();
  let next = everySeconds;
  for (const [second, act] of [...SCRIPT, [3700, () => {}] as const]) {
    for (; next < second; next += everySeconds) {
      await clock.advance(NOON + next * SECOND - clock.now());
      await poll();
    }
    await clock.advance(NOON + second * SECOND - clock.now());
    act(state, app, clock.now());
  }
  await source.close();
  const rows = <T>(of: (batch: Batch) => readonly T[]) => batches.flatMap(of);
  return {
    deployments: rows(({ deployments }) => deployments).map(
      ({ outcome, at, rollback }) => `${outcome} ${(at - NOON) / SECOND}${rollback ? ' rollback' : ''}`,
    ),
    sightings: rows(({ sightings }) => sightings ?? []).map(
      ({ about, kind, at }) => `${about} ${kind} ${(at - NOON) / SECOND}`,
    ),
    ignored: rows(({ ignored }) => ignored).map(({ reason }) => reason),
    gaps: batches.reduce((sum, { gaps }) => sum + gaps, 0),
    most,
    refreshed: server.requests.some(({ path }) => path.includes('refresh')),
  };
}
