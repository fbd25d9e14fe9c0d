import type { Kysely } from 'kysely';
import type { CountedEvent, Exceedance } from '../../domain/exceedance.ts';
import { type CountRule, countRulesFor, opensIncident, type SinkRule } from '../../domain/sink-rule.ts';
import { laySpans } from '../../domain/span.ts';
import { inTurns } from '../rows.ts';
import type { Tables } from '../tables.ts';
import { findExceedances, operationsAt } from './count-events.ts';
import { type Findings, tellBeginning } from './findings.ts';
import type { EventSeries } from './nth-latest.ts';
import { type RecordedSpan, type Series, seriesKey, writeSpan } from './spans.ts';

/**
 * Looks whether new events of each series, in order and stored already, make rules be exceeded. `spans` has those that
 * are known, by series; what it returns of them is to be written.
 */
export async function watchCounts(
  trx: Kysely<Tables>,
  news: readonly { readonly series: EventSeries; readonly fresh: readonly CountedEvent[] }[],
  rules: readonly SinkRule[],
  spans: ReadonlyMap<string, readonly RecordedSpan[]>,
  findings: Findings,
): Promise<readonly WrittenSpan[]> {
  const counted = news.flatMap(({ series, fresh }) =>
    countRulesFor(rules, series.subsystem).map((rule) => {
      return { series, fresh, rule, known: spans.get(seriesKey(seriesOf(series, rule))) ?? [] };
    }),
  );
  const found = await findExceedances(trx, counted);
  const changed: WrittenSpan[] = [];
  await inTurns(counted.entries(), async ([place, { series, rule, known }]) => {
    const exceeded = found[place] ?? [];
    if (exceeded.length > 0) changed.push(...(await takeExceedances(trx, series, rule, known, exceeded, findings)));
  });
  return changed;
}

type WrittenSpan = RecordedSpan & { readonly id: number };

function seriesOf({ target, subsystem }: EventSeries, { name }: CountRule): Series {
  return { target, rule: name, subject: subsystem };
}

/** Lays what was found over the known spans of a rule, and tells of those that begin with it. */
async function takeExceedances(
  trx: Kysely<Tables>,
  events: EventSeries,
  rule: CountRule,
  known: readonly RecordedSpan[],
  found: readonly Exceedance[],
  findings: Findings,
): Promise<readonly WrittenSpan[]> {
  const series = seriesOf(events, rule);
  const changed: WrittenSpan[] = [];
  const laid = laySpans(known, found, rule.holdMs, ({ number }) => `errors:${rule.name}:${number}`);
  for (const [index, span] of laid.entries()) {
    const before = known[index] ?? null;
    if (span === before) continue;
    const begins = before === null || before.since !== span.since;
    const { events: count, operations } = begins
      ? await operationsAt(trx, events, span.since, rule.windowMs)
      : { events: 0, operations: '' };
    const recorded: RecordedSpan = {
      ...span,
      series,
      opens: before?.opens ?? opensIncident(rule),
      facts: before?.facts ?? factsOf(rule, count),
    };
    const id = recorded.id ?? (await writeSpan(trx, recorded));
    if (before !== null) changed.push({ ...recorded, id });
    if (!begins) continue;
    const details = {
      rule: rule.name,
      severity: rule.severity,
      subsystem: events.subsystem,
      events: count,
      threshold: rule.threshold,
      window_seconds: rule.windowMs / 1000,
      operations,
      ...(await messageOf(trx, span.sinceRef)),
    };
    tellBeginning(findings, { ...recorded, id }, details, before === null);
  }
  return changed;
}

function factsOf({ severity, threshold, windowMs }: CountRule, value: number) {
  return { severity, threshold, windowMs, value };
}

/** What the event said with which the rule began to be exceeded. */
async function messageOf(trx: Kysely<Tables>, ref: string): Promise<{ readonly error?: string }> {
  const number = Number(ref.slice(ref.lastIndexOf(':') + 1));
  const row = await trx.selectFrom('error_events').select('error_message').where('id', '=', number).executeTakeFirst();
  return row?.error_message == null ? {} : { error: row.error_message };
}
