import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StoreFailure } from '../../../src/domain/store-failure.ts';
import { judgeAttempt, NOTHING_COUNTED } from '../../../src/sources/argocd/counting-attempts.ts';
import type { Desk } from './support.ts';
import {
  becomes,
  iso,
  MINUTE,
  NOON,
  operate,
  pollAt,
  restarted,
  SECOND,
  seen,
  sha,
  shop,
  told,
} from './support-application.ts';
import { completed, type Holding, type Json } from './support-server.ts';

const operations = fc.array(
  fc.record({
    revision: fc.constantFrom('a', 'b', 'c', 'd'),
    phase: fc.constantFrom('Succeeded', 'Succeeded', 'Failed', 'Error'),
    pauseMs: fc.integer({ min: 15, max: 200 }).map((seconds) => seconds * SECOND),
    tookMs: fc.integer({ min: 5, max: 60 }).map((seconds) => seconds * SECOND),
  }),
  { maxLength: 25 },
);
/** How far the controller's clock, whose times are told, is from that of the answers. */
const skews = fc.constantFrom(0, 0, -5, -180, 90).map((seconds) => seconds * SECOND);
const waits = fc.infiniteStream(fc.integer({ min: 1, max: 300 }).map((seconds) => seconds * SECOND));

/** What happens, and when; what came before is past. */
function timeline(given: readonly { revision: string; phase: string; pauseMs: number; tookMs: number }[]) {
  let now = NOON;
  return given.map((one) => {
    const startedAt = now + one.pauseMs;
    now = startedAt + one.tookMs;
    return { ...one, revision: sha(one.revision), startedAt, endedAt: now };
  });
}

/** What goes wrong at a poll. */
const TROUBLES = ['restart', 'list', 'application', 'events', 'forbidden', 'store'] as const;
const troubles = fc.infiniteStream(fc.option(fc.constantFrom(...TROUBLES), { nil: null, freq: 2 }));

/** One poll that goes wrong, if so; the program that goes on afterwards. */
async function pollThrough(trouble: (typeof TROUBLES)[number] | null, desk: Desk, held: Holding, at: number) {
  const [list, one] = ['/api/v1/applications', '/api/v1/applications/shop'];
  if (trouble === null || trouble === 'restart') {
    const same = trouble === null ? desk : restarted(desk);
    await pollAt(same, at);
    return same;
  }
  if (trouble === 'list') held.broken.set(list, 502);
  if (trouble === 'application') held.broken.set(one, 500);
  if (trouble === 'forbidden') held.broken.set(one, 403);
  if (trouble === 'events') held.broken.set(`${one}/events`, 503);
  if (trouble === 'store') desk.refuses = new StoreFailure('locked');
  desk.now = at;
  await desk.cycle();
  held.broken.clear();
  desk.refuses = null;
  return desk;
}

test('at any rhythm up to 5 min, whatever the clocks and whatever goes wrong, every deployment and every failure that the events hold is counted once, in its order', async () => {
  await fc.assert(
    fc.asyncProperty(operations, waits, skews, troubles, async (given, rhythm, skew, wrong) => {
      const plan = timeline(given);
      const { desk: first, held, one } = shop();
      const desks = new Set([first]);
      let desk = first;
      // Only what followed an operation can be told from what came before it, whatever time it has.
      const before = skew === 0 ? [] : [{ revision: sha('z'), phase: 'Succeeded', endedAt: NOON - 10 * MINUTE }];
      for (const { phase, revision, endedAt } of before) operate(one, phase, revision, endedAt + skew);
      await pollAt(desk, NOON);
      const events: Json[] = [];
      const end = (plan.at(-1)?.endedAt ?? NOON) + 10 * MINUTE;
      let next = 0;
      let running: (typeof plan)[number] | null = null;
      for (const wait of rhythm) {
        const at = desk.now + wait;
        for (; next < plan.length || running !== null; ) {
          if (running !== null) {
            if (running.endedAt > at) break;
            operate(one, running.phase, running.revision, running.endedAt + skew, { tookMs: running.tookMs });
            const bad = running.phase !== 'Succeeded';
            const text = `Sync operation to ${running.revision} ${bad ? 'failed: no' : 'succeeded'}`;
            events.push(completed(iso(running.endedAt + skew), bad, text));
            running = null;
          } else {
            const coming = plan[next];
            if (coming === undefined || coming.startedAt > at) break;
            operate(one, 'Running', coming.revision, coming.startedAt + skew);
            running = coming;
            next += 1;
          }
        }
        held.events.set('argocd/shop', [...events]);
        const trouble = wrong.next().value ?? null;
        desk = await pollThrough(at > end ? null : trouble, desk, held, at);
        desks.add(desk);
        if (at > end) break;
      }
      let counted = NOTHING_COUNTED;
      const expected = [...before, ...plan].flatMap(({ revision, phase, endedAt }) => {
        const outcome = phase === 'Succeeded' ? 'success' : 'failure';
        const judged = judgeAttempt(counted, { identity: revision, outcome, at: 0 });
        if (judged.kind === 'ignored') return [];
        counted = judged.counted;
        return [`${outcome} ${(endedAt + skew - NOON) / SECOND}${judged.rollback ? ' rollback' : ''}`];
      });
      expect([...desks].flatMap(told)).toEqual(expected);
      const ids = [...desks].flatMap(({ deployments }) => deployments.map(({ id }) => id));
      expect(new Set(ids).size).toBe(expected.length);
      expect([...desks].map(({ gaps }) => gaps)).toEqual([...desks].map(() => 0));
    }),
    { numRuns: 60 },
  );
});

const DEGRADED_FOR = 2 * MINUTE;

test('polled twice in degraded_for, health that lasts longer than a poll is told exactly', async () => {
  const states = fc.array(
    fc.tuple(
      fc.constantFrom('Healthy', 'Degraded', 'Degraded', 'Progressing', 'Suspended', 'Missing', 'Unknown'),
      fc.integer({ min: 61, max: 400 }),
    ),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(states, fc.integer({ min: 5, max: 60 }), async (given, seconds) => {
      let at = NOON;
      const spans = given
        .filter(([status], index) => status !== given[index - 1]?.[0])
        .map(([status, lasts]) => {
          const since = at + SECOND;
          at += lasts * SECOND;
          return { status, since, until: at + SECOND };
        });
      const { desk, one } = shop();
      for (let now = NOON; now <= at + seconds * SECOND; now += seconds * SECOND) {
        const current = spans.findLast(({ since }) => since <= now);
        if (current !== undefined) becomes(one, current.status, current.since);
        await pollAt(desk, now);
      }
      let open = false;
      const last = spans.at(-1);
      const expected = spans.flatMap(({ status, since, until }) => {
        // The last one is judged by how long it has been seen to stand.
        const stood = (since === last?.since ? desk.now : until) - since;
        if (status === 'Degraded' && stood >= DEGRADED_FOR) {
          open = true;
          return [`degraded failure ${(since - NOON) / SECOND}`];
        }
        if (status !== 'Healthy' || !open) return [];
        open = false;
        return [`degraded recovery ${(since - NOON) / SECOND}`];
      });
      expect(seen(desk)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});
