import type { Kysely, Selectable } from 'kysely';
import type { TargetKey } from '../domain/deployment.ts';
import { targetId } from '../domain/deployment.ts';
import { compareMoments } from '../domain/moment.ts';
import { placeOf } from './places.ts';
import { inSlices } from './rows.ts';
import type { Tables, TargetsTable } from './tables.ts';
import { incidentOf, keyOf, type TargetWork, workOn } from './target-work.ts';

/** Reads the targets with these identities that there are, by identity, with their current incidents. */
export async function loadTargets(trx: Kysely<Tables>, keys: readonly TargetKey[]): Promise<Map<string, TargetWork>> {
  const wanted = new Set(keys.map(targetId));
  const sources = [...new Set(keys.map(({ source }) => source))];
  const apps = [...new Set(keys.map(({ app }) => app))];
  const rows = await inSlices(apps, (slice) =>
    trx.selectFrom('targets').selectAll().where('source', 'in', sources).where('app', 'in', slice).execute(),
  );
  return await withIncidents(
    trx,
    rows.filter((row) => wanted.has(targetId(keyOf(row)))),
  );
}

/** Reads targets by the ledger's numbers, by identity. */
export async function loadTargetsById(trx: Kysely<Tables>, ids: readonly number[]): Promise<Map<string, TargetWork>> {
  const rows = await inSlices(ids, (slice) => trx.selectFrom('targets').selectAll().where('id', 'in', slice).execute());
  return await withIncidents(trx, rows);
}

/** Makes works of rows: each with its open incidents, and the abandoned one that nothing has followed. */
export async function withIncidents(
  trx: Kysely<Tables>,
  rows: readonly Selectable<TargetsTable>[],
): Promise<Map<string, TargetWork>> {
  const works = new Map(rows.map((row) => [row.id, workOn(row, false)]));
  const incidents = await inSlices([...works.keys()], (slice) =>
    trx
      .selectFrom('incidents')
      .selectAll()
      .where('target_id', 'in', slice)
      .where((e) => e.or([e('outcome', 'is', null), e('outcome', '=', 'abandoned')]))
      .execute(),
  );
  for (const row of incidents) {
    const work = works.get(row.target_id);
    const incident = incidentOf(row);
    if (work === undefined) continue;
    const goesOn =
      incident.closed === null || compareMoments(incident.closed.moment, placeOf(work.places, incident.kind)) === 0;
    if (goesOn) work.current.set(incident.kind, incident);
  }
  return new Map([...works.values()].map((work) => [targetId(keyOf(work.row)), work]));
}
