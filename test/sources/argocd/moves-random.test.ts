import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeAttempt, NOTHING_COUNTED } from '../../../src/sources/argocd/counting-attempts.ts';
import { becomes, iso, MINUTE, NOON, operate, pollAt, SECOND, seen, sha, shop, told } from './support-application.ts';
import { completed, type Json } from './support-server.ts';

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

test('at any rhythm up to 5 min, whatever the clocks, every deployment and every failure that the events hold is counted, in its order', async () => {
  await fc.assert(
    fc.asyncProperty(operations, waits, skews, async (given, rhythm, skew) => {
      const plan = timeline(given);
      const { desk, held, one } = shop();
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
        await pollAt(desk, at);
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
      expect(told(desk)).toEqual(expected);
      expect(new Set(desk.deployments.map(({ id }) => id)).size).toBe(expected.length);
      expect(desk.gaps).toBe(0);
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
