import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ErrorEvent } from '../../../src/domain/error-event.ts';
import type { News } from '../../../src/domain/news.ts';
import type { SinkRule } from '../../../src/domain/sink-rule.ts';
import type { Plan } from '../../../src/domain/transition.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { BANK, BURST, DAILY, event, measurement, post, RATE, SHOP } from '../sink-support.ts';
import { at, incidentsOf, type OpenStore, shown } from '../support.ts';

export function sinkRulesContract(open: OpenStore): void {
  const take = (ledger: Ledger, events: readonly ErrorEvent[], rules: readonly SinkRule[], second: number) =>
    ledger.ingest([post(events)], rules, at(second));

  test('an incident opens at the event that exceeds, ends at the last that does, and closes after hold', async () => {
    await using store = await open();
    await take(store.ledger, [event(0), event(10)], [BURST], 10);
    expect((await shown(store.ledger, 'memory')).open).toEqual([]);
    await take(store.ledger, [event(20, { operation: 'read' })], [BURST], 20);
    expect((await shown(store.ledger, 'memory')).open).toEqual([{ kind: 'errors', since: at(20) }]);
    await take(store.ledger, [event(30)], [BURST], 30);
    // At 110 the events at 10, 20 and 30 have left but two: 50 s later it is over.
    await store.reopen();
    await store.ledger.tick(at(159));
    expect((await shown(store.ledger, 'memory')).open).toHaveLength(1);
    const { targets } = await store.ledger.tick(at(160));
    expect(targets).toMatchObject([{ app: 'memory', open: [] }]);
    expect(await incidentsOf(store.ledger, 'memory')).toMatchObject([
      {
        kind: 'errors',
        source: 'shop',
        team: 'shop',
        state: 'recovered',
        openedAt: at(20),
        closedAt: at(30),
        recoveryMs: 10_000,
      },
    ]);
    expect((await shown(store.ledger, 'memory')).totals.recoveries.errors).toMatchObject({ count: 1, sumMs: 10_000 });
  });

  test('its opening names the rule, the count, the three most frequent operations and the error', async () => {
    await using store = await open();
    const operations = ['a', 'b', 'b', 'c', 'c', 'c', 'd', 'd', 'd', 'd'];
    const rule = { ...BURST, threshold: 9 };
    await take(
      store.ledger,
      operations.map((operation, second) => event(second, { operation })),
      [rule],
      20,
    );
    const [incident] = await incidentsOf(store.ledger, 'memory');
    expect(incident?.sightings[0]?.details).toEqual({
      rule: 'burst',
      severity: 'critical',
      subsystem: 'memory',
      events: 10,
      threshold: 9,
      window_seconds: 100,
      operations: 'd (4), c (3), b (2)',
      error: 'failed at 9',
    });
  });

  test('a single event above ends the incident that it opens, after no time', async () => {
    await using store = await open();
    await take(store.ledger, [event(0), event(1), event(2)], [BURST], 2);
    await store.ledger.tick(at(1000));
    expect(await incidentsOf(store.ledger, 'memory')).toMatchObject([{ state: 'recovered', recoveryMs: 0 }]);
  });

  test('a burst within hold goes on with the incident; one after it opens another', async () => {
    await using store = await open();
    const burst = (second: number) => [event(second), event(second + 1), event(second + 2)];
    await take(store.ledger, burst(0), [BURST], 2);
    await take(store.ledger, burst(140), [BURST], 142);
    await take(store.ledger, burst(400), [BURST], 402);
    await store.ledger.tick(at(1000));
    expect(await incidentsOf(store.ledger, 'memory')).toMatchObject([
      { openedAt: at(2), closedAt: at(142) },
      { openedAt: at(402), closedAt: at(402) },
    ]);
  });

  test('a late event is counted at its own time, and moves the beginning back', async () => {
    await using store = await open();
    await take(store.ledger, [event(0), event(50), event(60), event(61)], [BURST], 61);
    expect((await shown(store.ledger, 'memory')).open).toEqual([{ kind: 'errors', since: at(60) }]);
    await take(store.ledger, [event(10)], [BURST], 70);
    expect((await shown(store.ledger, 'memory')).open).toEqual([{ kind: 'errors', since: at(50) }]);
  });

  test('what comes so late that it is over already is an incident of the past', async () => {
    await using store = await open();
    await take(store.ledger, [event(5000)], [BURST], 5000);
    await take(store.ledger, [event(0), event(1), event(2), event(5)], [BURST], 5001);
    expect(await incidentsOf(store.ledger, 'memory')).toMatchObject([
      { state: 'recovered', openedAt: at(2), closedAt: at(5) },
    ]);
  });

  test('subsystems, environments and workspaces are counted each on its own', async () => {
    await using store = await open();
    const events = [event(0), event(1, { subsystem: 'tools' }), event(2, { environment: 'staging' })];
    const other = { ...post([event(1)]), workspace: BANK };
    await store.ledger.ingest([post(events), other], [BURST], at(2));
    expect((await store.ledger.snapshot()).targets.flatMap((target) => target.open)).toEqual([]);
  });

  test('what another workspace posts neither prolongs an incident nor stands in the sentence of its opening', async () => {
    await using store = await open();
    const early = [0, 1, 2].map((second) => event(second));
    await store.ledger.ingest([post(early), post(early, BANK)], [BURST], at(2));
    // Both wait for their end; the bank has four more at once, and the shop one.
    const later = [120, 121, 122, 123].map((second) => event(second));
    await store.ledger.ingest([post(later, BANK)], [BURST], at(123));
    await store.ledger.ingest([post([event(124)])], [BURST], at(124));
    await store.ledger.tick(at(400));
    const incidents = await incidentsOf(store.ledger, 'memory');
    const ended = incidents.map(({ source, closedAt }) => [source, closedAt]);
    expect(ended).toContainEqual(['bank', at(123)]);
    expect(ended.filter(([source]) => source === 'shop')).toEqual([['shop', at(2)]]);
    const counts = incidents.flatMap(({ sightings }) => sightings.flatMap(({ details }) => details['events'] ?? []));
    expect(new Set(counts)).toEqual(new Set([3]));
  });

  test('a rule over more than an hour opens none: it is told when crossed, once, and when it is back', async () => {
    const told: News[] = [];
    const plan: Plan = (_, news) => {
      told.push(...news.filter(({ kind }) => kind === 'crossed'));
      return [];
    };
    await using store = await open({ plan });
    await take(
      store.ledger,
      [0, 1, 2].map((second) => event(second)),
      [DAILY],
      2,
    );
    expect(told).toEqual([]);
    await take(store.ledger, [event(3)], [DAILY], 3);
    await take(store.ledger, [event(4)], [DAILY], 4);
    expect(told).toMatchObject([
      { change: 'above', rule: 'daily', crossedAt: at(3), backAt: null, value: 4, threshold: 3 },
    ]);
    await store.ledger.tick(at(86_400 + 51));
    expect(told.slice(1)).toMatchObject([
      { change: 'back', crossedAt: at(3), backAt: at(4), id: (told[0] as { id: string }).id },
    ]);
    expect(await incidentsOf(store.ledger, 'memory')).toEqual([]);
  });

  test('posted events are told as news with what a message needs', async () => {
    const told: News[] = [];
    const plan: Plan = (_, news) => {
      told.push(...news);
      return [];
    };
    await using store = await open({ plan });
    const eventData = JSON.stringify({ form: 'run', node_id: 'n1', duration_ms: 1200 });
    await take(store.ledger, [event(1, { severity: 'critical', origin: 'job 7', eventData, id: 'x' })], [], 1);
    await take(store.ledger, [event(1, { id: 'x' })], [], 1);
    expect(told).toMatchObject([
      { kind: 'posted', severity: 'critical', origin: 'job 7', form: { form: 'run', nodeId: 'n1', durationMs: 1200 } },
    ]);
  });

  test('a value above opens an incident of its subject, and the first not above after which none was for hold ends it', async () => {
    await using store = await open();
    const measure = (second: number, value: number) =>
      store.ledger.ingest([post([], SHOP, [measurement(second, value)])], [RATE], at(second));
    await measure(0, 0.1);
    expect((await shown(store.ledger, 'checkout')).open).toEqual([]);
    await measure(10, 0.2);
    await measure(5, 0.01); // An earlier one replaces nothing.
    await measure(20, 0.05);
    await measure(40, 0.3);
    await measure(60, 0.02);
    await measure(80, 0.01);
    await store.ledger.tick(at(109));
    expect((await shown(store.ledger, 'checkout')).open).toEqual([{ kind: 'errors', since: at(10) }]);
    await store.reopen();
    await store.ledger.tick(at(110));
    expect(await incidentsOf(store.ledger, 'checkout')).toMatchObject([
      {
        state: 'recovered',
        openedAt: at(10),
        closedAt: at(60),
        sightings: [{ details: { measurement: 'error_rate', value: 0.2 } }, {}],
      },
    ]);
  });

  test('an incident that two rules hold ends with the later of them', async () => {
    await using store = await open();
    const narrow = { ...BURST, name: 'narrow', threshold: 3, windowMs: 10_000, holdMs: 0 };
    await take(
      store.ledger,
      [0, 1, 2, 3].map((second) => event(second)),
      [BURST, narrow],
      3,
    );
    await store.ledger.tick(at(50));
    expect((await shown(store.ledger, 'memory')).open).toHaveLength(1);
    await take(store.ledger, [event(90)], [BURST, narrow], 90);
    await store.ledger.tick(at(1000));
    expect(await incidentsOf(store.ledger, 'memory')).toMatchObject([{ openedAt: at(2), closedAt: at(90) }]);
  });

  test('however events are split over posts, the incidents are the same', async () => {
    const gaps = fc.array(fc.nat(80), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        gaps,
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 30, maxLength: 30 }),
        async (steps, sizes) => {
          let second = 0;
          const events = steps.map((step) => {
            second += step;
            return event(second);
          });
          await using whole = await open();
          await take(whole.ledger, events, [BURST], second);
          await whole.ledger.tick(at(second + 1000));
          await using parts = await open();
          const rest = [...events];
          for (const size of sizes) {
            const some = rest.splice(0, size);
            const last = some.at(-1);
            if (last !== undefined) await parts.ledger.ingest([post(some)], [BURST], last.at);
          }
          await parts.ledger.tick(at(second + 1000));
          const spans = async (ledger: Ledger) =>
            (await incidentsOf(ledger, 'memory')).map(({ openedAt, closedAt, state }) => ({
              openedAt,
              closedAt,
              state,
            }));
          expect(await spans(parts.ledger)).toEqual(await spans(whole.ledger));
        },
      ),
      { numRuns: 12 },
    );
  });
}
