import { expect, test } from 'vitest';
import type { WoodpeckerApi } from '../../../src/sources/woodpecker/api.ts';
import { type Bench, judge } from '../../../src/sources/woodpecker/judge.ts';
import type { Pipeline } from '../../../src/sources/woodpecker/pipeline.ts';
import type { Answer, Failure } from '../../../src/upstream/upstream.ts';
import { settings } from './support-program.ts';
import { pipeline, s, workflow } from './support-rows.ts';
import { SHOP } from './support-verdict.ts';

const LATER = s(10_000);

function failed(reason: Failure['reason'], status: number): Answer<never> {
  return { ok: false, failure: { reason, detail: String(status), status, retryAfterMs: null } };
}

function ok<T>(value: T): Answer<T> {
  return { ok: true, value, date: LATER, headers: {} };
}

/** Judges a row of a list where the GET by its number answers so. */
async function judged(row: Pipeline, detail: Answer<Pipeline>, more: Partial<Bench> = {}) {
  const never = () => Promise.reject(new Error('this is not asked for'));
  const api: WoodpeckerApi = {
    userRepositories: never,
    latestFeed: never,
    repository: never,
    pipelines: never,
    pipeline: async () => detail,
  };
  return await judge(row, LATER, {
    api,
    settings: settings({ url: 'http://ci.example.org/' }),
    repository: SHOP,
    backfill: false,
    newerThan: async () => ok([]),
    ...more,
  });
}

const FAILED = pipeline({ status: 'failure', workflows: null });

test('a deployment tells where it came from, the step that failed it, and where to look', async () => {
  const steps = [
    { name: 'lint', state: 'failure', exitCode: 1 },
    { name: 'rollout', state: 'failure', exitCode: 42 },
    { name: 'smoke', state: 'skipped', exitCode: 0 },
  ];
  const whole = { ...FAILED, workflows: [workflow('success', { name: 'build' }), workflow('failure', { steps })] };
  expect(await judged(FAILED, ok(whole))).toMatchObject({
    kind: 'deployment',
    deployment: {
      id: `7-${s(0) / 1000}`,
      target: { source: 'woodpecker', app: 'acme/shop', environment: 'production' },
      outcome: 'failure',
      at: s(100),
      sequence: 3,
      order: 7,
      commit: 'abc',
      link: 'http://ci.example.org/repos/1/pipeline/3',
      details: { event: 'push', branch: 'main', workflow: 'deploy', step: 'rollout', exit_code: 42 },
    },
  });
});

test.each([
  ['another id', { id: 8 }],
  ['another time of creation', { created: s(1) }],
])('its number now shows %s: it is gone', async (_, fields) => {
  expect(await judged(FAILED, ok({ ...FAILED, ...fields }))).toMatchObject({ kind: 'ignored', reason: 'gone' });
});

test('its number shows nothing: the next poll looks whether it is gone', async () => {
  expect(await judged(FAILED, failed('not_found', 404))).toMatchObject({ kind: 'open', until: 0, failure: null });
});

test('its number cannot be read: it stays open, and the failure is told', async () => {
  const answer = { kind: 'open', until: 0, failure: { reason: 'server_error' } };
  expect(await judged(FAILED, failed('server_error', 500))).toMatchObject(answer);
});

test('the newer ones cannot be read: it stays open, and the failure is told', async () => {
  const killed = pipeline({ status: 'killed', workflows: null });
  const repository = { ...SHOP, cancelPrevious: ['push'] };
  const newerThan = async () => failed('bad_response', 200);
  const answer = { kind: 'open', until: 0, failure: { reason: 'bad_response' } };
  expect(await judged(killed, failed('internal', 0), { repository, newerThan })).toMatchObject(answer);
});

test('it was still changing when it was asked for: it waits from there on', async () => {
  const old = { ...FAILED, version: '3.13.0' };
  const moved = { ...old, updated: LATER };
  expect(await judged(old, ok(moved))).toMatchObject({ kind: 'open', until: LATER + 120_000, failure: null });
});
