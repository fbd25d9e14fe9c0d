import type { Kysely, Selectable } from 'kysely';
import type { TargetKey } from '../../domain/deployment.ts';
import type { RoomName } from '../../domain/severity.ts';
import type { Span } from '../../domain/span.ts';
import { inSlices, upsertRows } from '../rows.ts';
import type { Tables } from '../tables.ts';
import type { ErrorSpansTable } from './tables.ts';

/** What a rule looks at: the events of a subsystem of one target, or the figures of one subject. */
export interface Series {
  readonly target: TargetKey;
  readonly rule: string;
  readonly subject: string;
}

/** What is told when a rule is exceeded and when it is no longer. */
export interface SpanFacts {
  readonly severity: RoomName;
  readonly threshold: number;
  /** Null for a rule that looks at values. */
  readonly windowMs: number | null;
  /** How many events stood in the window when it began, or the value. */
  readonly value: number;
}

export interface RecordedSpan extends Span {
  readonly series: Series;
  readonly opens: boolean;
  readonly facts: SpanFacts;
}

/** The spans of a series that something from `from` on can touch. */
export async function spansFrom(trx: Kysely<Tables>, series: Series, from: number): Promise<readonly RecordedSpan[]> {
  const { source, app, environment } = series.target;
  const rows = await trx
    .selectFrom('error_spans')
    .selectAll()
    .where('source', '=', source)
    .where('rule', '=', series.rule)
    .where('subject', '=', series.subject)
    .where('app', '=', app)
    .where('environment', '=', environment)
    .where((e) => e.or([e('closed', '=', 0), e('last', '>=', from)]))
    .orderBy('since')
    .execute();
  return rows.map(spanOf);
}

/** The spans of all series of these apps of a source that something from `from` on can touch, by series. */
export async function spansOfApps(
  trx: Kysely<Tables>,
  source: string,
  apps: readonly string[],
  from: number,
): Promise<ReadonlyMap<string, readonly RecordedSpan[]>> {
  const rows = await inSlices(apps, (slice) =>
    trx
      .selectFrom('error_spans')
      .selectAll()
      .where('source', '=', source)
      .where('app', 'in', slice)
      .where((e) => e.or([e('closed', '=', 0), e('last', '>=', from)]))
      .orderBy('since')
      .execute(),
  );
  return Map.groupBy(rows.map(spanOf), ({ series }) => seriesKey(series));
}

/** A text that is the same for the same series of a source. */
export function seriesKey({ target, rule, subject }: Series): string {
  return JSON.stringify([rule, subject, target.app, target.environment]);
}

export function spanOf(row: Selectable<ErrorSpansTable>): RecordedSpan {
  const { source, app, environment, rule, subject } = row;
  return {
    id: row.id,
    since: row.since,
    sinceRef: row.since_ref,
    last: row.last,
    lastRef: row.last_ref,
    settlesAt: row.settles_at,
    closed: row.closed === 1,
    series: { target: { source, app, environment }, rule, subject },
    opens: row.opens === 1,
    facts: JSON.parse(row.facts),
  };
}

/** Writes a span over its row, or gives it one; returns its number. */
export async function writeSpan(trx: Kysely<Tables>, span: RecordedSpan): Promise<number> {
  const row = rowOf(span);
  if (span.id === null) {
    return (await trx.insertInto('error_spans').values(row).returning('id').executeTakeFirstOrThrow()).id;
  }
  await trx.updateTable('error_spans').set(row).where('id', '=', span.id).execute();
  return span.id;
}

/** Writes spans over the rows that they have. */
export async function updateSpans(
  trx: Kysely<Tables>,
  spans: readonly (RecordedSpan & { readonly id: number })[],
): Promise<void> {
  const rows = spans.map((span) => ({ id: span.id, ...rowOf(span) }));
  await upsertRows(trx, 'error_spans', ['id'], rows);
}

function rowOf(span: RecordedSpan) {
  const { target, rule, subject } = span.series;
  return {
    ...target,
    rule,
    subject,
    since: span.since,
    since_ref: span.sinceRef,
    last: span.last,
    last_ref: span.lastRef,
    settles_at: span.settlesAt,
    closed: Number(span.closed),
    opens: Number(span.opens),
    facts: JSON.stringify(span.facts),
  };
}
