import { Desk } from './support.ts';
import { answerOf, type Holding, holding, type Json } from './support-server.ts';

/** Noon; every test begins here. */
export const NOON = Date.UTC(2026, 2, 18, 12);
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** A SHA that begins with the letters given. */
export const sha = (letters: string): string => letters.padEnd(40, '0');

const SOURCE = { repoURL: 'https://git.example.org/deploy.git', path: 'apps/shop', targetRevision: 'main' };

/** A Healthy, Synced application without a history. */
export function application(name = 'shop', createdAt = NOON - HOUR): Json {
  return {
    metadata: { name, namespace: 'argocd', creationTimestamp: iso(createdAt), labels: {} },
    spec: { project: 'default', destination: { server: 'https://k.example.org', namespace: 'prod' }, source: SOURCE },
    status: {
      health: { status: 'Healthy', lastTransitionTime: iso(createdAt) },
      sync: { status: 'Synced', revision: sha('a') },
      history: [],
    },
  };
}

/** The application's operation ended, or began, at `at`; a success gets into the history. Times in ms. */
export function operate(one: Json, phase: string, revision: string, at: number, more: Json = {}): void {
  const { tookMs = 10 * SECOND, message = '', sync = {}, source = SOURCE } = more;
  const over = ['Succeeded', 'Failed', 'Error'].includes(phase);
  const startedAt = iso(over ? at - tookMs : at);
  one.status.operationState = {
    phase,
    startedAt,
    ...(over ? { finishedAt: iso(at) } : {}),
    message,
    operation: { sync: { revision, ...sync }, initiatedBy: { username: 'admin' }, retry: {} },
    ...(over ? { syncResult: { revision, source, resources: more.resources ?? [] } } : {}),
  };
  const kept = phase === 'Succeeded' && !sync.dryRun && !sync.resources && one.spec.revisionHistoryLimit !== 0;
  if (!kept) return;
  const id = (one.status.history.at(-1)?.id ?? -1) + 1;
  one.status.history.push({ id, revision, source, deployedAt: iso(at), deployStartedAt: startedAt, initiatedBy: {} });
  one.status.history.splice(0, one.status.history.length - 10);
}

export function becomes(one: Json, status: string, at: number): void {
  one.status.health = { status, lastTransitionTime: iso(at) };
}

/** A server with one application, polled from noon on. */
export function shop(keys: Readonly<Record<string, unknown>> = {}): { held: Holding; desk: Desk; one: Json } {
  const one = application();
  const held = holding([one]);
  const desk = new Desk(NOON, (url) => answerOf(held, url), keys);
  return { held, desk, one };
}

/** Polls at `at`; the cycle must end well. */
export async function pollAt(desk: Desk, at: number): Promise<void> {
  desk.now = at;
  const end = await desk.cycle();
  if (!end.ok) throw new Error(`${end.reason}: ${end.detail}`);
}

/** Deployments as words: outcome, and seconds after noon. */
export function told(desk: Desk): readonly string[] {
  return desk.deployments.map(
    ({ outcome, at, rollback }) => `${outcome} ${(at - NOON) / SECOND}${rollback ? ' rollback' : ''}`,
  );
}

/** Sightings as words: what, which way, and seconds after noon. */
export function seen(desk: Desk): readonly string[] {
  return desk.sightings.map(({ about, kind, at }) => `${about} ${kind} ${(at - NOON) / SECOND}`);
}

/** Why things were ignored. */
export function reasons(desk: Desk): readonly string[] {
  return desk.ignored.map((text) => text.split(' ')[1] ?? '');
}

/** The program after a restart: it has what was remembered, and nothing else. */
export function restarted(desk: Desk, answer: Desk['answer'] = desk.answer, keys = {}): Desk {
  return new Desk(desk.now, answer, keys, new Map(desk.state));
}
