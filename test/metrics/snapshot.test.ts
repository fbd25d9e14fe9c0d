import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TargetProjection } from '../../src/ledger/projection.ts';
import { changes, deployed, FakeClock, NOW, OPEN_METRICS, ofTargets, open, page, served, values } from './support.ts';

/** A clock by which every step of a scrape takes so long that it makes room for others. */
function slowClock(): FakeClock {
  const clock = new FakeClock();
  clock.step = 1000;
  return clock;
}

const SERIES = 2 + 1 + 11 + 2 + 1 + 1 + 14 + 1;

function seriesOf(body: string, app: string): number {
  return ofTargets(body)
    .split('\n')
    .filter((line) => line.includes(`app="${app}"`)).length;
}

describe('a change while a scrape is written', () => {
  const targets = [
    deployed(1, { app: 'one' }),
    deployed(2, { id: 2, app: 'two' }),
    deployed(3, { id: 99, app: 'far' }),
  ];

  it.each([
    ['removed', changes({ gone: [2] }), [0, SERIES]],
    ['renamed', changes({ targets: [deployed(3, { id: 2, app: 'new' })] }), [0, SERIES]],
    ['taken over by another', changes({ gone: [2], targets: [deployed(2, { id: 55, app: 'two' })] }), [SERIES]],
  ])('B18: shows all series of a target that is %s, or none', async (_, change, expected) => {
    const steps = await stepsOfAScrape();
    expect(steps).toBeGreaterThan(4);
    for (let step = 0; step <= steps; step += 1) {
      const metrics = open({ projections: targets, clock: slowClock() });
      const scrape = page(metrics, OPEN_METRICS);
      for (let turn = 0; turn < step; turn += 1) await setImmediate();
      metrics.apply(change);
      const body = await scrape;
      expect(expected).toContain(seriesOf(body, 'two'));
      expect([0, SERIES]).toContain(seriesOf(body, 'new'));
      expect(seriesOf(body, 'one')).toBe(SERIES);
      expect(values(body, 'dora_exporter_series')).toEqual({ '': ofTargetsSeries(body) });
    }
  });

  it('two scrapes at once are both whole', async () => {
    const metrics = open({ projections: targets, clock: slowClock() });
    const first = page(metrics);
    await setImmediate();
    metrics.apply(changes({ targets: [deployed(5, { id: 3, app: 'three' })] }));
    const second = page(metrics);
    expect(seriesOf(await second, 'three')).toBe(SERIES);
    expect([0, SERIES]).toContain(seriesOf(await first, 'three'));
  });

  async function stepsOfAScrape(): Promise<number> {
    let done = false;
    const scrape = page(open({ projections: targets, clock: slowClock() })).then(() => {
      done = true;
    });
    let steps = 0;
    for (; !done; steps += 1) await setImmediate();
    await scrape;
    return steps;
  }
});

function ofTargetsSeries(body: string): number {
  return ofTargets(body)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#')).length;
}

/** What can happen to the page, in any order. */
type Step =
  | { readonly kind: 'shown'; readonly target: TargetProjection }
  | { readonly kind: 'gone'; readonly id: number }
  | { readonly kind: 'scraped' };

const id = fc.integer({ min: 1, max: 80 });

const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .record({ id, name: fc.constantFrom('a', 'b'), successes: fc.nat(3), active: fc.nat(50), failing: fc.boolean() })
    .map(({ id, name, successes, active, failing }) => ({
      kind: 'shown' as const,
      target: deployed(successes, {
        id,
        app: `${name}-${id}`,
        lastActiveAt: NOW + active,
        open: failing ? [{ kind: 'deployment', since: NOW }] : [],
      }),
    })),
  id.map((gone) => ({ kind: 'gone' as const, id: gone })),
  fc.constant({ kind: 'scraped' as const }),
);

it('after any changes a scrape equals a fresh rendering of what is there at the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.constantFrom(0, 100), async (steps, inAll) => {
      const limits = { inAll, perSource: 0 };
      const metrics = open({ limits });
      metrics.served();
      const left = new Map<number, TargetProjection>();
      for (const one of steps) {
        switch (one.kind) {
          case 'shown':
            left.set(one.target.id, one.target);
            metrics.apply(changes({ targets: [one.target] }));
            break;
          case 'gone':
            left.delete(one.id);
            metrics.apply(changes({ gone: [one.id] }));
            break;
          case 'scraped':
            await served(metrics);
            break;
        }
      }
      const fresh = open({ limits, projections: [...left.values()] });
      for (const accept of [null, OPEN_METRICS]) {
        expect(ofTargets(await page(metrics, accept))).toBe(ofTargets(await page(fresh, accept)));
      }
      metrics.close();
      fresh.close();
    }),
    { numRuns: 40 },
  );
});
