import type { Kysely } from 'kysely';
import type { CountedEvent } from '../../domain/exceedance.ts';
import { type CountRule, opensIncident } from '../../domain/sink-rule.ts';
import { laySpans } from '../../domain/span.ts';
import type { Tables } from '../tables.ts';
import { type EventSeries, findExceedances, operationsAt } from './count-events.ts';
import { type Findings, tellBeginning } from './findings.ts';
import { type RecordedSpan, seriesKey, writeSpan } from './spans.ts';

/**
 * Looks whether new events of a series, in order and stored already, make a rule be exceeded. `spans` has those that are
 * known, by series; what it returns of them is to be written.
 */
export async function watchCount(
  trx: Kysely<Tables>,
  events: EventSeries,
  fresh: readonly CountedEvent[],
  rule: CountRule,
  spans: ReadonlyMap<string, readonly RecordedSpan[]>,
  findings: Findings,
): Promise<readonly (RecordedSpan & { readonly id: number })[]> {
  const series = { target: events.target, rule: rule.name, subject: events.subsystem };
  const known = spans.get(seriesKey(series)) ?? [];
  const found = await findExceedances(trx, events, fresh, rule, known);
  if (found.length === 0) return [];
  const changed: (RecordedSpan & { readonly id: number })[] = [];
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
