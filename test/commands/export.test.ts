import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMetricsOfPast, type PastPage } from '../../src/commands/export/openmetrics.ts';
import type { Batch } from '../../src/domain/batch.ts';
import { instants } from '../../src/domain/instants.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedgerReader } from '../../src/ledger/open-reader.ts';
import { openMetrics } from '../../src/metrics/metrics.ts';
import { PAST_FAMILIES } from '../../src/metrics/past-lines.ts';
import { ProgramMetrics } from '../../src/metrics/program.ts';
import { quickClock } from '../ledger/sqlite-store.ts';
import { ALL_DEPLOYMENTS, ALL_INCIDENTS, at, batch, failure, success, target } from '../ledger/support.ts';
import { openInFile } from './open-in-file.ts';

const HOUR_MS = 3_600_000;
const WINDOWS = [
  { name: '1h', ms: HOUR_MS },
  { name: '7d', ms: 168 * HOUR_MS },
];
const PAGE: PastPage = {
  sources: ['ci'],
  since: at(-60),
  until: at(7200),
  // Divides the beginning of all histories.
  stepMs: 20_000,
  labels: '',
  birthHoldMs: 0,
  windows: WINDOWS,
  minSamples: 2,
};

/** All pieces that are written, read beside the open ledger. */
async function written(file: string, page: Partial<PastPage> = {}): Promise<readonly string[]> {
  await using reader = await openLedgerReader({ file });
  await using pasts = await reader.pasts();
  return await Array.fromAsync(openMetricsOfPast(pasts, { ...PAGE, ...page }));
}

/** Samples by series, `[milliseconds, value]`, in the order in which they are written. */
function samples(text: string): Map<string, [number, number][]> {
  const found = new Map<string, [number, number][]>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, series = '', value = '', time = ''] = /^(\S+\{.*\}) (\S+) (\S+)$/.exec(line) ?? [];
    found.set(series, [...(found.get(series) ?? []), [Math.round(Number(time) * 1000), Number(value)]]);
  }
  return found;
}

/** What is shown at `moment`, by series. */
function shownAt(found: ReturnType<typeof samples>, moment: number): Record<string, number> {
  const values = [...found].flatMap(([series, all]) => {
    const value = all.find(([when]) => when === moment)?.[1];
    return value === undefined ? [] : [[series, value] as const];
  });
  return Object.fromEntries(values);
}

const FAMILIES = new Set(PAST_FAMILIES.map(({ name }) => name));

/** What `/metrics` shows at `now`, by series: of the families whose past is told. */
async function live(ledger: Ledger, now: number): Promise<Record<string, number>> {
  const { targets: projections, counts, successes } = await ledger.snapshot();
  const capabilities = batch([]).capabilities;
  const metrics = openMetrics({
    projections,
    counts,
    successes,
    sources: [{ name: 'ci', capabilities, ignoredReasons: [] }],
    birthHoldMs: 0,
    limits: { inAll: 0, perSource: 0 },
    windows: WINDOWS,
    minSamples: PAGE.minSamples,
    program: new ProgramMetrics({ version: '', revision: '', node: '' }, (error) => {
      throw error;
    }),
    clock: { ...quickClock(), now: () => now },
  });
  for await (const rows of ledger.windowRows(now - 200 * HOUR_MS)) metrics.takeRows(rows);
  metrics.advance(now);
  const { chunks } = await metrics.scrape({ accept: null, acceptEncoding: null });
  metrics.close();
  const text = chunks.map((chunk) => Buffer.from(chunk).toString()).join('');
  const lines = text.split('\n').filter((line) => {
    const name = /^\w+/.exec(line)?.[0] ?? '';
    return FAMILIES.has(name) || FAMILIES.has(name.replace(/_(bucket|sum|count)$/, ''));
  });
  return Object.fromEntries(
    lines
      .filter((line) => line.includes('{'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

const event = fc.record({
  second: fc.integer({ min: 1, max: 60 }).map((n) => n * 60),
  isFailure: fc.boolean(),
  app: fc.constantFrom('shop/web', 'shop/api'),
});
const events = fc.uniqueArray(event, { selector: ({ second, app }) => `${second} ${app}`, maxLength: 12 });

function rowsOf(some: readonly { second: number; isFailure: boolean; app: string }[]) {
  return some.map(({ second, isFailure, app }) => {
    const more = { target: target(app), durationMs: second * 100 };
    return isFailure ? failure(second, more) : success(second, more);
  });
}

describe('the past in OpenMetrics', () => {
  it('ends as the page is, whatever was recorded late, moved, removed or said by people', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(events, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(null, 'resolve', 'failure', 'not_a_failure', 'removed', 'moved'),
        async (batches, twist) => {
          await using store = await openInFile();
          const { ledger, file } = store;
          const ann = { by: 'ann', reason: 'x', decidedAt: at(4500) };
          for (const [index, some] of batches.entries()) {
            const origin = index === 0 ? 'backfill' : 'poll';
            await ledger.record(batch(rowsOf(some), { origin, now: at(3700 + index * 60) }));
          }
          const end = batches.length * 60 + 5000;
          if (twist === 'resolve')
            for (const { id } of (await ledger.queries.incidents({ ...ALL_INCIDENTS, state: 'open' })).items)
              await ledger.resolve({ ...ann, incident: id, at: at(4000) });
          if (twist === 'failure' || twist === 'not_a_failure')
            for (const { id } of (await ledger.queries.deployments({ ...ALL_DEPLOYMENTS, limit: 2 })).items)
              await ledger.giveVerdict({ ...ann, deployment: id, verdict: twist });
          const more: Partial<Batch> = {
            ...(twist === 'removed' && { listings: [{ target: target('shop/api'), change: 'removed' }] }),
            ...(twist === 'moved' && { moves: [{ from: target('shop/api'), to: target('shop/web') }] }),
          };
          await ledger.record(batch([], { now: at(end), ...more }));

          const now = at(end + 100);
          const found = samples((await written(file, { until: now })).join(''));
          expect(shownAt(found, now)).toEqual(await live(ledger, now));
          for (const [series, all] of found) {
            const times = all.map(([when]) => when);
            expect(times, series).toEqual(times.toSorted((a, b) => a - b));
            expect(new Set(times).size, series).toBe(times.length);
            if (!/_(total|bucket|sum|count)\{/.test(series)) continue;
            const values = all.map(([, value]) => value);
            expect(values, series).toEqual(values.toSorted((a, b) => a - b));
            expect(values[0], series).toBeGreaterThanOrEqual(0);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('shows at every commit what a scrape showed then', async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 0, max: 3 }), async (all, history) => {
        await using store = await openInFile();
        const { ledger, file } = store;
        const rows = rowsOf(all.toSorted((a, b) => a.second - b.second));
        const seen = new Map<number, Record<string, number>>();
        const record = async (some: typeof rows, origin: Batch['origin'], second: number) => {
          await ledger.record(batch(some, { origin, now: at(second) }));
          seen.set(at(second), await live(ledger, at(second)));
        };
        await record(rows.slice(0, history), 'backfill', 3660);
        for (const [index, row] of rows.slice(history).entries()) await record([row], 'poll', 3720 + index * 60);
        const found = samples((await written(file, { until: at(7200) })).join(''));
        // What windows and gauges tell of the past is when things were, not when they were heard of.
        const isTotal = (series: string) => /_(total|bucket|sum|count)\{/.test(series);
        const totals = (shown: Record<string, number>) =>
          Object.fromEntries(Object.entries(shown).filter(([series]) => isTotal(series)));
        for (const [moment, shown] of seen)
          expect(totals(shownAt(found, moment)), String(moment)).toEqual(totals(shown));
      }),
      { numRuns: 15 },
    );
  });

  it('a counter is seen before it first rises, and holds what a live birth held', async () => {
    await using store = await openInFile();
    const one = success(600);
    await store.ledger.record(batch([one], { origin: 'backfill', now: at(3600) }));
    const born = success(3590, { target: target('shop/api') });
    await store.ledger.record(batch([born], { now: at(3600) }));
    const found = samples((await written(store.file, { birthHoldMs: 120_000 })).join(''));
    const of = (app: string) => {
      const series = `dora_deployments_total{source="ci",app="${app}",environment="production",team="shop",outcome="success"}`;
      const all = found.get(series) ?? [];
      const risen = all.find(([, value]) => value === 1)?.[0] ?? 0;
      return { first: all[0], risen: (risen - at(0)) / 1000 };
    };
    expect(of('shop/web')).toEqual({ first: [at(580), 0], risen: 600 });
    expect(of('shop/api')).toEqual({ first: [at(3600), 0], risen: 3720 });
  });

  it('a counter that was born live is seen before it first rises, however long the step and short the hold', async () => {
    for (const birthHoldMs of [0, 120_000]) {
      await using store = await openInFile();
      await store.ledger.record(batch([success(3890)], { now: at(3900) }));
      const day = { since: at(-24 * 3600), until: at(48 * 3600), stepMs: HOUR_MS };
      const found = samples((await written(store.file, { ...day, birthHoldMs })).join(''));
      const [, all = []] = [...found].find(([series]) => /deployments_total.*"success"/.test(series)) ?? [];
      const rise = all.findIndex(([, value]) => value === 1);
      expect(all.slice(0, rise).map(([, value]) => value)).toEqual([0]);
      const [[before] = [0], [after] = [0]] = all.slice(rise - 1);
      expect([before, after].every((moment) => moment % HOUR_MS === 0)).toBe(true);
      expect(after - before).toBe(HOUR_MS);
      expect(before).toBeLessThan(at(3900));
      expect(after).toBeGreaterThan(at(3900));
    }
  });

  it('keeps what the retention took in the first value, and shows a target that went until it did', async () => {
    await using store = await openInFile();
    await store.ledger.record(batch([success(60), success(600)], { origin: 'backfill', now: at(3600) }));
    await store.ledger.sweep({ rows: at(100), errors: at(100) }, new AbortController().signal);
    await store.ledger.record(
      batch([], { now: at(4200), listings: [{ target: target('shop/web'), change: 'removed' }] }),
    );
    const found = samples((await written(store.file)).join(''));
    const all = [...found].find(
      ([series]) => series.includes('dora_deployments_total') && series.includes('success'),
    )?.[1];
    expect(all?.[0]).toEqual([PAGE.since + 20_000, 1]);
    expect(all?.at(-1)).toEqual([at(4180), 2]);
  });

  it('stands family by family, metric by metric, each with the labels that were asked for, and ends', async () => {
    await using store = await openInFile();
    const rows = [failure(100), success(400), failure(500, { target: target('shop/api') })];
    await store.ledger.record(batch(rows, { origin: 'backfill', now: at(3600) }));
    const text = (await written(store.file, { labels: 'job="dora",instance="a:1"' })).join('');
    expect(text.endsWith('# EOF\n')).toBe(true);
    expect(text.match(/# EOF/g)).toHaveLength(1);
    const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(families).toEqual(
      PAST_FAMILIES.map(({ name, type }) => (type === 'counter' ? name.replace(/_total$/, '') : name)),
    );
    let metric = '';
    const over = new Set<string>();
    for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
      const labels = /\{job="dora",instance="a:1",(.*?)(,le="[^"]*")?\} /.exec(line);
      expect(labels, line).not.toBeNull();
      const name = line.slice(0, line.indexOf('{')).replace(/_(bucket|sum|count|total)$/, '');
      const now = `${name} ${labels?.[1]}`;
      if (now === metric) continue;
      expect(over.has(now), line).toBe(false);
      over.add(now);
      metric = now;
    }
    expect(over.size).toBeGreaterThan(20);
  });

  it('streams: small pieces, one target in memory, nothing read ahead of what is asked for', async () => {
    await using store = await openInFile();
    const apps = Array.from({ length: 30 }, (_, n) => `app-${n}`);
    const rows = apps.flatMap((app) => [60, 120, 180].map((second) => success(second, { target: target(app) })));
    await store.ledger.record(batch(rows, { origin: 'backfill', now: at(3600) }));
    await using reader = await openLedgerReader({ file: store.file });
    await using pasts = await reader.pasts();
    let read = 0;
    const counting = {
      ...pasts,
      past: (...words: Parameters<typeof pasts.past>) => {
        read += 1;
        return pasts.past(...words);
      },
    };
    let pieces = 0;
    let longest = 0;
    for await (const piece of openMetricsOfPast(counting, { ...PAGE, stepMs: 1000 })) {
      pieces += 1;
      longest = Math.max(longest, piece.length);
      if (pieces === 2) expect(read).toBe(1);
      if (pieces === 200) break;
    }
    expect(longest).toBeLessThan(70_000);
    expect(read).toBeLessThan(apps.length);
  });

  it('shows each moment once: whole steps, every minute in the last 6 hours, and the end', () => {
    const hours = [...instants(at(0), at(0) + 24 * HOUR_MS, HOUR_MS)];
    expect(hours).toHaveLength(18 + 360 + 1 - (at(0) % HOUR_MS === 0 ? 1 : 0) + (at(0) % 60_000 === 0 ? -1 : 0));
    expect(hours).toEqual([...new Set(hours)].toSorted((a, b) => a - b));
    expect(hours.at(-1)).toBe(at(0) + 24 * HOUR_MS);
    expect(hours.slice(0, 17).every((when) => when % HOUR_MS === 0)).toBe(true);
    expect([...instants(10, 10, 1000)]).toEqual([]);
    expect([...instants(0, 3000, 1000)]).toEqual([1000, 2000, 3000]);
  });
});
