import type { Transaction } from 'kysely';
import type { IncidentKind } from '../domain/deployment.ts';
import type { Rules } from '../domain/mttr.ts';
import type { Decision } from '../domain/override.ts';
import type { Plan } from '../domain/transition.ts';
import { addCounts, Counting } from './counts.ts';
import { loadTargetsById } from './load-targets.ts';
import { writeOutbox } from './outbox.ts';
import { type Overridden, refused, settled, unknown } from './overridden.ts';
import type { SourceCount } from './projection.ts';
import { readIncident } from './read-incidents.ts';
import type { IncidentRecord } from './records.ts';
import { resolutionId, signalOfResolution } from './resolutions.ts';
import { insertAndRead } from './rows.ts';
import { foldAndWrite } from './settle-targets.ts';
import type { Tables } from './tables.ts';
import type { TargetWork } from './target-work.ts';
import { WindowLog } from './window-log.ts';

/** A person says that an incident is over. */
export interface Resolving extends Decision {
  /** The ledger's number of the incident. */
  readonly incident: number;
  /** When it ended, in milliseconds since the epoch; null: when it was decided. */
  readonly at: number | null;
}

/** A person takes the end of an incident back. */
export interface Reopening extends Decision {
  /** The ledger's number of the incident. */
  readonly incident: number;
}

/**
 * Closes an open incident at a person's word. What is closed already stays as it is, and the attempt is counted.
 * Refused is a time that has not come, or at which the incident had not begun.
 */
export async function resolveIncident(
  trx: Transaction<Tables>,
  { incident: id, at: given, ...decision }: Resolving,
  plan: Plan,
  rules: Rules,
): Promise<Overridden<IncidentRecord>> {
  const found = await find(trx, id);
  if (found === null) return unknown;
  const { row, work } = found;
  // Before anything else: closing twice is the same as closing once, whatever the second says.
  if (row.outcome !== null) return await nothingToDo(trx, found, 'close');
  const at = given ?? Math.max(decision.decidedAt, row.opened_at);
  if (given !== null && at > decision.decidedAt) return refused('at', 'must not lie in the future');
  if (at < row.opened_at) {
    return refused('at', `must not be before the incident began, at ${new Date(row.opened_at).toISOString()}`);
  }
  const columns = {
    target_id: work.row.id,
    about: row.kind,
    at,
    decided_by: decision.by,
    reason: decision.reason,
    decided_at: decision.decidedAt,
  };
  for (const resolution of await insertAndRead(trx, 'resolutions', [columns], ['id', 'at']))
    work.signals.push({ about: row.kind as IncidentKind, signal: signalOfResolution(resolution) });
  return await settle(trx, found, decision.decidedAt, plan, rules);
}

/** Takes a resolution back: the incident is what it would be without it. What no person closed is refused. */
export async function reopenIncident(
  trx: Transaction<Tables>,
  { incident: id, ...decision }: Reopening,
  plan: Plan,
  rules: Rules,
): Promise<Overridden<IncidentRecord>> {
  const found = await find(trx, id);
  if (found === null) return unknown;
  const { row, work } = found;
  if (row.outcome === null) return await nothingToDo(trx, found, 'open');
  const resolution = resolutionId(row);
  if (resolution === null) return refused('incident', `no person closed it: its outcome is ${row.outcome}`);
  const readable = await trx
    .selectFrom('deployments')
    .select('upstream_id')
    .where('source', '=', work.row.source)
    .where('upstream_id', '=', row.opened_by)
    .union(
      trx
        .selectFrom('sightings')
        .select('upstream_id')
        .where('source', '=', work.row.source)
        .where('upstream_id', '=', row.opened_by),
    )
    .execute();
  if (readable.length === 0) return refused('incident', 'what opened it is older than the retention');
  await trx
    .updateTable('resolutions')
    .set({ taken_back_by: decision.by, taken_back_reason: decision.reason, taken_back_at: decision.decidedAt })
    .where('id', '=', resolution)
    .execute();
  // Says nothing by itself, and makes the history from there on be folded again.
  const opened = { at: row.opened_at, sequence: row.opened_sequence, order: row.opened_ord };
  work.signals.push({ about: row.kind as IncidentKind, signal: { kind: 'neither', moment: opened } });
  return await settle(trx, found, decision.decidedAt, plan, rules);
}

type Found = NonNullable<Awaited<ReturnType<typeof find>>>;

async function find(trx: Transaction<Tables>, id: number) {
  const row = await trx.selectFrom('incidents').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return null;
  const [work] = (await loadTargetsById(trx, [row.target_id])).values();
  return work === undefined ? null : { row, work };
}

async function nothingToDo(
  trx: Transaction<Tables>,
  { row, work }: Found,
  operation: 'open' | 'close',
): Promise<Overridden<IncidentRecord>> {
  const counting = new Counting(work.row.source);
  counting.add('transitions', { kind: row.kind, operation, outcome: 'noop', origin: 'api' });
  return await answer(trx, row.id, { works: [], counts: [] }, counting, new WindowLog());
}

async function settle(
  trx: Transaction<Tables>,
  { row, work }: Found,
  now: number,
  plan: Plan,
  rules: Rules,
): Promise<Overridden<IncidentRecord>> {
  const { source } = work.row;
  const counting = new Counting(source);
  const log = new WindowLog();
  const found = await foldAndWrite(trx, [work], { source, origin: 'api', now }, rules, counting, log);
  await writeOutbox(trx, plan(found.transitions, [], now), now);
  return await answer(trx, row.id, { works: [work, ...found.others], counts: found.counts }, counting, log);
}

async function answer(
  trx: Transaction<Tables>,
  id: number,
  changed: { readonly works: readonly TargetWork[]; readonly counts: readonly SourceCount[] },
  counting: Counting,
  log: WindowLog,
): Promise<Overridden<IncidentRecord>> {
  const record = await readIncident(trx, id);
  if (record === null) throw new Error(`incident ${id} is gone`);
  return settled(record, changed.works, [...changed.counts, ...(await addCounts(trx, counting))], log);
}
