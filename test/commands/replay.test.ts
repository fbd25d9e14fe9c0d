import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventLine, headLine, parseLine } from '../../src/commands/events/line.ts';
import { ndjsonOf } from '../../src/commands/export/ndjson.ts';
import { readHistory } from '../../src/commands/replay/read-history.ts';
import type { Capabilities } from '../../src/domain/batch.ts';
import type { Deployment } from '../../src/domain/deployment.ts';
import type { LedgerEvent } from '../../src/domain/ledger-event.ts';
import type { ReplayedKeys } from '../../src/domain/replayed-history.ts';
import { spanOf } from '../../src/domain/windows.ts';
import type { KeysRecord } from '../../src/ledger/key-records.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedgerReader } from '../../src/ledger/open-reader.ts';
import { degraded, healthBatch, healthy, withdrawn } from '../ledger/health-support.ts';
import { BURST, event as errorEvent, post } from '../ledger/sink-support.ts';
import { ALL, ALL_DEPLOYMENTS, ALL_INCIDENTS, at, batch, failure, success, target, WEB } from '../ledger/support.ts';
import { openInFile } from './open-in-file.ts';

const HEAD = { exportedAt: at(2000), windows: ['1h'], minSamples: 3 };
const LATE = target('shop/late');
const NEVER = new AbortController().signal;
const WINDOWS = [{ ms: 300_000 }, { ms: 900_000 }, { ms: 86_400_000 }];

async function exported(file: string, head = HEAD): Promise<string> {
  await using reader = await openLedgerReader({ file });
  return (await Array.fromAsync(ndjsonOf(reader.events(), head))).join('');
}

async function* linesOf(text: string): AsyncGenerator<string> {
  yield* text.split('\n');
}

async function replayed(text: string, window: { readonly ms: number }): Promise<readonly ReplayedKeys[]> {
  const { history, latest } = await readHistory(linesOf(text), 'events.ndjson');
  return [...history.keys(spanOf(window, latest.exportedAt), latest.minSamples)];
}

/** What `/api/v1/keys` is made of: of each listed target, and of each team. */
async function told(ledger: Ledger, window: { readonly ms: number }): Promise<readonly ReplayedKeys[]> {
  const query = { ...ALL, ...spanOf(window, HEAD.exportedAt), minSamples: HEAD.minSamples };
  const targets = (await ledger.queries.keys(query)).items;
  const teams: KeysRecord[] = [];
  for (const team of new Set(targets.map((one) => one.team).filter((name) => name !== '')))
    teams.push(...(await ledger.queries.keys({ ...query, team })).items);
  return [...targets, ...teams].map(({ deployments, spans, changes, ...rest }) => rest);
}

const event = fc.record({
  kind: fc.constantFrom('success', 'success', 'failure', 'degraded', 'healthy', 'rollback', 'withdrawn', 'unseen'),
  second: fc.nat(1500),
  isLate: fc.boolean(),
  startedBefore: fc.nat(60),
});
const word = fc.record({
  what: fc.constantFrom('failure', 'not_a_failure', 'take_back', 'resolve', 'reopen'),
  which: fc.nat(20),
});
const history = fc.array(
  fc.record({ events: fc.array(event, { maxLength: 8 }), words: fc.array(word, { maxLength: 3 }) }),
  { minLength: 1, maxLength: 4 },
);

describe('replay', () => {
  it('the keys of what was exported are those of the ledger, whatever came late, was said, looked up, moved or swept', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.constantFrom(null, 'moved', 'removed', 'swept'), async (batches, twist) => {
        await using store = await openInFile();
        const { ledger } = store;
        for (const [index, { events, words }] of batches.entries()) {
          const now = at(1600 + index);
          const found = events.map((one) => eventOf(one));
          const origin = index === 0 ? 'backfill' : 'poll';
          await ledger.record(healthBatch(found, { now, origin, commits: 'lookup' }));
          for (const one of words) await say(ledger, one, now);
          await lookUp(ledger, index % 2 === 0 ? 3 : 30);
        }
        if (twist === 'moved') await ledger.record(healthBatch([], { moves: [{ from: LATE, to: WEB }] }));
        if (twist === 'removed')
          await ledger.record(healthBatch([], { listings: [{ target: LATE, change: 'removed' }], now: at(1900) }));
        if (twist === 'swept') await ledger.sweep({ rows: at(800), errors: at(800) }, NEVER);
        const text = await exported(store.file);
        for (const window of WINDOWS) {
          const expected = await told(ledger, window);
          expect(await replayed(text, window)).toEqual(expected);
          expect(await replayed(text + text, window)).toEqual(expected);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('an override is replayed from its line: without it the keys are as the events have them', async () => {
    await using store = await openInFile();
    const { ledger } = store;
    await ledger.record(healthBatch([success(10), failure(20), success(50), success(60)], { now: at(100) }));
    const before = await told(ledger, { ms: 86_400_000 });
    const [, , failed] = (await ledger.queries.deployments(ALL_DEPLOYMENTS)).items;
    const said = { by: 'ann', reason: 'a drill', decidedAt: at(200) };
    await ledger.giveVerdict({ ...said, deployment: failed?.id ?? 0, verdict: 'not_a_failure' });
    const after = await told(ledger, { ms: 86_400_000 });
    expect(after).not.toEqual(before);
    const text = await exported(store.file);
    expect(await replayed(text, { ms: 86_400_000 })).toEqual(after);
    const lines = text.split('\n').filter((line) => !line.includes('"verdict"'));
    const without = lines.join('\n').replace(/"lines":(\d+)/, (_, count) => `"lines":${Number(count) - 1}`);
    expect(await replayed(without, { ms: 86_400_000 })).toEqual(before);
  });

  it('what the errors of a service are blamed on, of another source, is replayed with its recovery, excused or not', async () => {
    await using store = await openInFile();
    const { ledger } = store;
    const ci = target('memory');
    const capabilities: Capabilities = { kinds: ['deployment'], causes: ['deployment', 'errors'], rework: ['errors'] };
    const events = [198, 199, 200].map((second) => errorEvent(second));
    const more = { target: ci };
    await ledger.record(batch([success(10, more), success(100, more), success(150, more)], { capabilities }));
    await ledger.ingest([post(events)], [BURST], at(200), 300_000);
    await ledger.record(batch([success(260, more)], { capabilities }));
    await ledger.tick(at(1900));
    const window = { ms: 86_400_000 };
    const before = await told(ledger, window);
    const [blamed] = before.filter(({ source, app }) => source === 'ci' && app !== null);
    expect(blamed?.keys).toMatchObject({ changeFailures: { errors: 1 }, recovery: { count: 1 } });
    expect(await replayed(await exported(store.file), window)).toEqual(before);

    const [, culprit] = (await ledger.queries.deployments({ ...ALL_DEPLOYMENTS, source: 'ci' })).items;
    const said = { by: 'ann', reason: 'a drill', decidedAt: at(1950) };
    await ledger.giveVerdict({ ...said, deployment: culprit?.id ?? 0, verdict: 'not_a_failure' });
    const after = await told(ledger, window);
    expect(after).not.toEqual(before);
    const text = await exported(store.file);
    expect(await replayed(text, window)).toEqual(after);
    expect(text).toContain('"cause":"errors"');
  });

  it('of two exports that know a target the later is believed, in whatever order they come', async () => {
    await using store = await openInFile();
    await store.ledger.record(healthBatch([success(10), failure(20)], { now: at(100) }));
    const early = await exported(store.file, { ...HEAD, exportedAt: at(1000) });
    await store.ledger.record(healthBatch([success(1200), failure(1300, { target: LATE })], { now: at(1400) }));
    const late = await exported(store.file);
    const expected = await told(store.ledger, { ms: 86_400_000 });
    expect(await replayed(early + late, { ms: 86_400_000 })).toEqual(expected);
    expect(await replayed(late + early, { ms: 86_400_000 })).toEqual(expected);
  });

  it('every line says the same when it is read again', async () => {
    await using store = await openInFile();
    const { ledger } = store;
    await ledger.record(
      healthBatch([success(10), degraded(15), healthy(40), failure(50)], { now: at(100), commits: 'lookup' }),
    );
    await lookUp(ledger, 30);
    for (const what of ['failure', 'resolve', 'reopen']) await say(ledger, { what, which: 0 }, at(200));
    await using reader = await openLedgerReader({ file: store.file });
    const events: LedgerEvent[] = await Array.fromAsync(reader.events());
    expect(new Set(events.map(({ kind }) => kind))).toEqual(
      new Set(['target', 'deployment', 'incident', 'change', 'verdict', 'resolution']),
    );
    for (const one of events) expect(parseLine(eventLine(one))).toEqual({ kind: 'event', event: one });
  });

  describe('a file that cannot be believed is refused with its name, the line and what is wrong', () => {
    const head = headLine(HEAD).trim();
    const of = '"source":"ci","app":"shop/web","environment":"production"';
    const known = `{"kind":"target",${of},"team":"","observed_since":"2026-01-01T00:00:00.000Z","listed":true,"lead_times_awaited_until":null}`;
    it.each([
      ['', 'events.ndjson: it is empty'],
      ['garbage', 'events.ndjson: line 1: it is no JSON'],
      ['[1]', 'line 1: it is no JSON object'],
      ['{"a":1}', 'line 1: it has no "kind"'],
      [known, 'line 1: no export has begun'],
      [head.replace('"version":1', '"version":2'), 'line 1: its version is 2: a later dora-exporter wrote it'],
      [head.replace('"version":1,', ''), 'line 1: version: is missing'],
      [`${head}\n{"kind":"holiday"}`, 'line 2: its kind "holiday" is not known; known are export, target,'],
      [`${head}\n{"kind":"constructor"}`, 'line 2: its kind "constructor" is not known'],
      [`${head}\n${known.slice(0, -9)}`, 'line 2: it is no JSON'],
      [`${head}\n${known.replace('"team":""', '"team":7')}`, 'line 2: team: must be a text'],
      [`${head}\n${known.replace('2026-01-01T00:00:00.000Z', 'today')}`, 'line 2: observed_since: must be an RFC 3339'],
      [
        `${head}\n{"kind":"change",${of},"deployment":"1","at":"2026-01-01T00:00:00Z","repository":"","sha":"","committed_at":null,"lead_seconds":null,"origin":null,"unknown":"no_forge","number":1}`,
        'line 2: no line before it tells of the target ["ci","shop/web","production"]',
      ],
      [
        `${head}\n${known}\n{"kind":"verdict",${of},"deployment":"1","verdict":null,"by":"a","reason":"","decided_at":"2026-01-01T00:00:00Z"}`,
        'line 3: no line before it tells of the deployment "1"',
      ],
      [`${head}\n${known}\n`, 'events.ndjson: it ends after line 3 without a line of kind "end": it was cut off'],
      [`${head}\n${head}`, 'line 2: an export begins before the one before it has ended'],
      [
        `${head}\n${known}\n{"kind":"end","lines":2}`,
        'line 3: 2 lines should come before it, and 1 did: some are missing',
      ],
    ])('%s', async (text, problem) => {
      await expect(readHistory(linesOf(text), 'events.ndjson')).rejects.toThrow(problem);
    });
  });
});

function eventOf({ kind, second, isLate, startedBefore }: typeof event extends fc.Arbitrary<infer E> ? E : never) {
  const key = isLate ? LATE : WEB;
  const id = `${key.app} ${kind}@${second}`;
  const more: Partial<Deployment> = { target: key, id, startedAt: at(second - startedBefore) };
  switch (kind) {
    case 'failure':
      return failure(second, more);
    case 'degraded':
      return degraded(second, { target: key, id });
    case 'healthy':
      return healthy(second, { target: key, id });
    case 'withdrawn':
      return withdrawn(second, { target: key, id });
    default:
      return success(second, { ...more, rollback: kind === 'rollback', failuresSeen: kind !== 'unseen' });
  }
}

async function say(ledger: Ledger, { what, which }: { what: string; which: number }, now: number): Promise<void> {
  const said = { by: 'ann', reason: 'x', decidedAt: now };
  const deployment = (await ledger.queries.deployments(ALL_DEPLOYMENTS)).items.at(which)?.id ?? 0;
  const incident = (await ledger.queries.incidents(ALL_INCIDENTS)).items.at(which)?.id ?? 0;
  if (what === 'resolve') await ledger.resolve({ ...said, incident, at: null });
  else if (what === 'reopen') await ledger.reopen({ ...said, incident });
  else if (what === 'take_back') await ledger.giveVerdict({ ...said, deployment, verdict: null });
  else if (what === 'failure' || what === 'not_a_failure')
    await ledger.giveVerdict({ ...said, deployment, verdict: what });
}

/** Looks up so many deployments: a known change and an unknown one each. */
async function lookUp(ledger: Ledger, most: number): Promise<void> {
  for (let done = 0; done < most; done += 1) {
    const [lookup] = (await ledger.lookups.due(WEB.source, at(5000), 1)).lookups;
    if (lookup === undefined) return;
    const { id, upstreamId } = lookup;
    const change = { repository: 'forge/shop/web', origin: 'compare' as const };
    const changes = [
      { ...change, known: true as const, sha: `of ${upstreamId}`, committedAt: lookup.at - 1000 * (id % 17) },
      { ...change, known: false as const, sha: '', reason: 'over_limit' as const, number: 3 },
    ];
    await ledger.recordChanges({ lookup: id, changes, now: at(5000) });
  }
}
