import type { Kysely } from 'kysely';
import { type CountedEvent, type Exceedance, exceedances } from '../../domain/exceedance.ts';
import type { CountRule } from '../../domain/sink-rule.ts';
import type { Span } from '../../domain/span.ts';
import type { Tables } from '../tables.ts';
import { type EventSeries, nthLatest } from './nth-latest.ts';

/** New events of a series, in order and stored already, and a rule that counts them with the spans of it that are known. */
export interface Counted {
  readonly series: EventSeries;
  readonly fresh: readonly CountedEvent[];
  readonly rule: CountRule;
  readonly known: readonly Span[];
}

/** Events further apart are looked at by themselves: what lies between them need not be read. */
const APART_MS = 1000;
const NAMED_OPERATIONS = 3;

/**
 * Finds, for each, where new events made its rule be exceeded. However many events there are, it reads about as many as
 * the rule allows; while a rule stays exceeded or far from it, one.
 */
export async function findExceedances(
  trx: Kysely<Tables>,
  counted: readonly Counted[],
): Promise<readonly (readonly Exceedance[])[]> {
  const grouped = counted.map((one) => ({ ...one, groups: groupsOf(one.fresh) }));
  const found = (await stillExceeded(trx, grouped)).map((goingOn) => (goingOn === null ? [] : [goingOn]));
  const left = grouped.flatMap(({ groups, series, rule }, place) =>
    found[place]?.length === 0 ? groups.map((group) => ({ group, series, rule, place })) : [],
  );
  // An event is counted in no window that reaches further: if all of these are few, so are those in any of them.
  const many = await nthLatest(
    trx,
    left.map(({ group: { first, last }, series, rule: { windowMs, threshold } }) => {
      return { series, later: threshold, from: first - windowMs, to: last + windowMs };
    }),
  );
  for (const [index, { group, series, rule, place }] of left.entries()) {
    if (many[index] !== undefined) found[place]?.push(...(await exceedancesAround(trx, series, group, rule)));
  }
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

/** Where the newest events come within an open span, only the last matters: whether it is above, too. Null: it is not. */
async function stillExceeded(
  trx: Kysely<Tables>,
  counted: readonly (Counted & { readonly groups: readonly Group[] })[],
): Promise<(Exceedance | null)[]> {
  const candidates = [...counted.entries()].filter(([, { groups, known }]) => comesWithin(groups, known));
  const asked = candidates.flatMap(([, { series, rule }]) => [
    { series, later: 0 },
    { series, later: rule.threshold },
  ]);
  const answers = await nthLatest(trx, asked);
  const found: (Exceedance | null)[] = counted.map(() => null);
  for (const [index, [place, { rule }]] of candidates.entries()) {
    const latest = answers[2 * index];
    const oldest = answers[2 * index + 1];
    if (latest === undefined || oldest === undefined || oldest.at <= latest.at - rule.windowMs) continue;
    found[place] = { number: latest.id, at: latest.at, until: oldest.at + rule.windowMs };
  }
  return found;
}

function comesWithin([group, ...later]: readonly Group[], [span, ...others]: readonly Span[]): boolean {
  if (group === undefined || span === undefined || later.length > 0 || others.length > 0 || span.closed) return false;
  return group.first >= span.last && group.last <= (span.settlesAt ?? 0);
}

async function exceedancesAround(
  trx: Kysely<Tables>,
  series: EventSeries,
  { first, last }: Group,
  rule: CountRule,
): Promise<readonly Exceedance[]> {
  const { windowMs, threshold } = rule;
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
