import { CompiledQuery, type DialectAdapter, type Kysely, sql } from 'kysely';
import type { TargetKey } from '../../domain/deployment.ts';
import type { Workspace } from '../../domain/error-event.ts';
import type { Tables } from '../tables.ts';

/** The events that a rule counts together. */
export interface EventSeries {
  readonly workspace: Workspace;
  readonly target: TargetKey;
  readonly subsystem: string;
}

/** Asks for the event that has `later` later ones of its series, of those with `from` < at < `to`. */
export interface NthLatest {
  readonly series: EventSeries;
  readonly later: number;
  readonly from?: number;
  readonly to?: number;
}

interface Found {
  readonly id: number;
  readonly at: number;
}

/** Most that one statement asks for. */
const ASKED_AT_ONCE = 64;

/**
 * Answers in the order asked; undefined where there are not so many. They are asked for together: a commit of a few
 * posts has dozens, and each statement of its own would cost ten times what SQLite takes to answer it.
 */
export async function nthLatest(
  trx: Kysely<Tables>,
  asked: readonly NthLatest[],
): Promise<readonly (Found | undefined)[]> {
  const answers: (Found | undefined)[] = new Array(asked.length).fill(undefined);
  // Rules that look at the same events ask the same of them.
  const alike = Map.groupBy(asked.keys(), (place) => JSON.stringify(asked[place]));
  const distinct = [...alike.values()].flatMap((places) => {
    const one = asked[places[0] ?? -1];
    return one === undefined ? [] : [{ one, places }];
  });
  for (const [later, group] of Map.groupBy(distinct, ({ one }) => one.later)) {
    for (let first = 0; first < group.length; first += ASKED_AT_ONCE) {
      const some = group.slice(first, first + ASKED_AT_ONCE);
      const rows = some.map(({ one }) => one);
      for (const { place, id, at } of await ask(trx, rows, later))
        for (const answered of some[place]?.places ?? []) answers[answered] = { id, at };
    }
  }
  return answers;
}

async function ask(
  trx: Kysely<Tables>,
  asked: readonly NthLatest[],
  later: number,
): Promise<readonly (Found & { readonly place: number })[]> {
  // Few lengths, so that few texts are compiled and prepared; the last is asked for again and again.
  const length = 2 ** Math.ceil(Math.log2(asked.length));
  const parameters: (string | number)[] = [];
  for (let place = 0; place < length; place += 1) {
    const one = asked[Math.min(place, asked.length - 1)];
    if (one === undefined) continue;
    const { series, from = -1, to = Number.MAX_SAFE_INTEGER } = one;
    const { workspace, target, subsystem } = series;
    parameters.push(place, workspace.id, subsystem, target.app, target.environment, from, to);
  }
  const text = textFor(trx, length);
  const { rows } = await trx.executeQuery(CompiledQuery.raw(text, [...parameters, later]));
  return (rows as (Found & { readonly place: number })[]).filter(({ place }) => place < asked.length);
}

/** By the dialect that they are written in, then by how many are asked for. */
const texts = new WeakMap<DialectAdapter, Map<number, string>>();

function textFor(db: Kysely<Tables>, length: number): string {
  const { adapter } = db.getExecutor();
  const known = texts.get(adapter) ?? new Map<number, string>();
  texts.set(adapter, known);
  const text = known.get(length) ?? compiled(db, length);
  known.set(length, text);
  return text;
}

function compiled(db: Kysely<Tables>, length: number): string {
  const number = () => sql`cast(${0} as bigint)`;
  const text = () => sql`cast(${''} as text)`;
  const row = () => sql`(${sql.join([number(), text(), text(), text(), text(), number(), number()])})`;
  const asked = sql.join(Array.from({ length }, row));
  return sql`with asked (place, workspace, subsystem, app, environment, after, before) as (values ${asked})
    select asked.place, found.id, found.at from asked join error_events as found on found.id = (
      select id from error_events as e
      where e.workspace = asked.workspace and e.subsystem = asked.subsystem and e.app = asked.app
        and e.environment = asked.environment and e.at > asked.after and e.at < asked.before
      order by e.at desc, e.id desc limit 1 offset ${0})`.compile(db).sql;
}
