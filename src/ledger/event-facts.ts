import type { Transaction } from 'kysely';
import type { EventFacts } from '../domain/transition.ts';
import type { PendingTransition } from './apply-fold.ts';
import type { Tables } from './tables.ts';
import type { TargetWork } from './target-work.ts';

/** What a message tells of the events that opened and closed the incidents of these transitions of one target. */
export async function eventFactsOf(
  trx: Transaction<Tables>,
  work: TargetWork,
  transitions: readonly PendingTransition[],
): Promise<ReadonlyMap<string, EventFacts>> {
  const wanted = new Set(
    transitions.flatMap(({ incident }) => [incident.incident.openedBy, incident.closed?.ref ?? []].flat()),
  );
  const found = new Map<string, EventFacts>();
  if (wanted.size === 0) return found;
  for (const { deployment } of work.fresh) {
    const { id, link, durationMs, details } = deployment;
    if (wanted.delete(id)) found.set(id, { link, durationMs, details });
  }
  for (const { sighting } of work.sightings) {
    if (wanted.delete(sighting.id)) found.set(sighting.id, { link: null, durationMs: null, details: sighting.details });
  }
  for (const id of wanted) {
    const facts = (await deploymentFacts(trx, work.row.source, id)) ?? (await sightingFacts(trx, work.row.source, id));
    if (facts !== null) found.set(id, facts);
  }
  return found;
}

async function deploymentFacts(trx: Transaction<Tables>, source: string, id: string): Promise<EventFacts | null> {
  const row = await trx
    .selectFrom('deployments')
    .select(['duration_ms', 'facts'])
    .where('source', '=', source)
    .where('upstream_id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { link, details } = JSON.parse(row.facts) as Pick<EventFacts, 'link' | 'details'>;
  return { link, durationMs: row.duration_ms, details };
}

async function sightingFacts(trx: Transaction<Tables>, source: string, id: string): Promise<EventFacts | null> {
  const row = await trx
    .selectFrom('sightings')
    .select('details')
    .where('source', '=', source)
    .where('upstream_id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : { link: null, durationMs: null, details: JSON.parse(row.details) };
}
