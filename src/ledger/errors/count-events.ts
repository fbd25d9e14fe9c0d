import { CompiledQuery, type Kysely } from 'kysely';
import type { TargetKey } from '../../domain/deployment.ts';
import type { Workspace } from '../../domain/error-event.ts';
import { type CountedEvent, type Exceedance, exceedances } from '../../domain/exceedance.ts';
import type { CountRule } from '../../domain/sink-rule.ts';
import type { Span } from '../../domain/span.ts';
import type { Tables } from '../tables.ts';

/** The events that a rule counts together. */
export interface EventSeries {
  readonly workspace: Workspace;
  readonly target: TargetKey;
  readonly subsystem: string;
}

/** Events further apart are looked at by themselves: what lies between them need not be read. */
const APART_MS = 1000;
const NAMED_OPERATIONS = 3;

/**
 * Finds where new events, in order and stored already, made a rule be exceeded. However many events there are, it reads
 * about as many as the rule allows; while a rule stays exceeded or far from it, one.
 */
export async function findExceedances(
  trx: Kysely<Tables>,
  series: EventSeries,
  fresh: readonly CountedEvent[],
  rule: CountRule,
  known: readonly Span[],
): Promise<readonly Exceedance[]> {
  const groups = groupsOf(fresh);
  const [only, ...more] = groups;
  if (only !== undefined && more.length === 0) {
    const goingOn = await stillExceeded(trx, series, only, rule, known);
    if (goingOn !== null) return [goingOn];
  }
  const found: Exceedance[] = [];
  for (const group of groups) found.push(...(await exceedancesAround(trx, series, group, rule)));
  return found;
}

interface Group {
  readonly first: number;
  readonly last: number;
}

function groupsOf(events: readonly CountedEvent[]): readonly Group[] {
  const groups: Group[] = [];
  for (const { at } of events) {
    const group = groups.at(-1);
    if (group !== undefined && at - group.last <= APART_MS) groups[groups.length - 1] = { ...group, last: at };
    else groups.push({ first: at, last: at });
  }
  return groups;
}

/** Where the newest events come within an open span, only the last matters: whether it is above, too. */
async function stillExceeded(
  trx: Kysely<Tables>,
  series: EventSeries,
  { first, last }: Group,
  { windowMs, threshold }: CountRule,
  known: readonly Span[],
): Promise<Exceedance | null> {
  const [span, ...others] = known;
  if (span === undefined || others.length > 0 || span.closed) return null;
  if (first < span.last || last > (span.settlesAt ?? 0)) return null;
  const latest = await nthLatest(trx, series, 0);
  const oldest = await nthLatest(trx, series, threshold);
  if (latest === undefined || oldest === undefined || oldest.at <= latest.at - windowMs) return null;
  return { number: latest.id, at: latest.at, until: oldest.at + windowMs };
}

async function exceedancesAround(
  trx: Kysely<Tables>,
  series: EventSeries,
  { first, last }: Group,
  rule: CountRule,
): Promise<readonly Exceedance[]> {
  const { windowMs, threshold } = rule;
  // An event is counted in no window that reaches further: if all of these are few, so are those in any of them.
  const many = await nthLatest(trx, series, threshold, { from: first - windowMs, to: last + windowMs });
  if (many === undefined) return [];
  const within = eventsOf(trx, series)
    .where('at', '>', first - windowMs)
    .where('at', '<', last + windowMs);
  const before = await within
    .where('at', '<', first)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(threshold)
    .execute();
  const between = await within.where('at', '>=', first).where('at', '<=', last).orderBy('at').orderBy('id').execute();
  const after = await within.where('at', '>', last).orderBy('at').orderBy('id').limit(threshold).execute();
  const events = [...before.reverse(), ...between, ...after].map(({ id, at }) => ({ number: id, at }));
  return exceedances(events, rule).filter(({ at }) => at >= first);
}

const ALWAYS = { from: -1, to: Number.MAX_SAFE_INTEGER };

let text: string | null = null;

/**
 * The event that has so many later ones of its series, of those with `from` < at < `to`. It is asked for several times
 * in each commit, so its statement is compiled once.
 */
async function nthLatest(
  trx: Kysely<Tables>,
  series: EventSeries,
  later: number,
  { from, to } = ALWAYS,
): Promise<{ readonly id: number; readonly at: number } | undefined> {
  text ??= eventsOf(trx, series)
    .where('at', '>', from)
    .where('at', '<', to)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .offset(later)
    .compile().sql;
  const { workspace, target, subsystem } = series;
  const parameters = [workspace.id, subsystem, target.app, target.environment, from, to, 1, later];
  const { rows } = await trx.executeQuery(CompiledQuery.raw(text, parameters));
  return rows[0] as { readonly id: number; readonly at: number } | undefined;
}

function eventsOf(trx: Kysely<Tables>, { workspace, target, subsystem }: EventSeries) {
  return trx
    .selectFrom('error_events')
    .select(['id', 'at'])
    .where('workspace', '=', workspace.id)
    .where('subsystem', '=', subsystem)
    .where('app', '=', target.app)
    .where('environment', '=', target.environment);
}

/** How many events stand in the window that ends at `at`, and the most frequent operations among them, in words. */
export async function operationsAt(
  trx: Kysely<Tables>,
  { workspace, target, subsystem }: EventSeries,
  at: number,
  windowMs: number,
): Promise<{ readonly events: number; readonly operations: string }> {
  const rows = await trx
    .selectFrom('error_events')
    .select(['operation', (e) => e.fn.countAll<number>().as('events')])
    .where('workspace', '=', workspace.id)
    .where('subsystem', '=', subsystem)
    .where('app', '=', target.app)
    .where('environment', '=', target.environment)
    .where('at', '>', at - windowMs)
    .where('at', '<=', at)
    .groupBy('operation')
    .execute();
  const counted = rows.map((row) => ({ operation: row.operation, events: Number(row.events) }));
  const most = counted.sort((a, b) => b.events - a.events || (a.operation < b.operation ? -1 : 1));
  return {
    events: counted.reduce((sum, { events }) => sum + events, 0),
    operations: most
      .slice(0, NAMED_OPERATIONS)
      .map(({ operation, events }) => `${operation} (${events})`)
      .join(', '),
  };
}
