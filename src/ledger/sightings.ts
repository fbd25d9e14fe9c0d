import type { Sighting } from '../domain/batch.ts';
import { momentOfSight } from '../domain/moment.ts';
import type { Signal } from '../domain/mttr.ts';
import type { NewSighting, TargetWork } from './target-work.ts';

/** What a sighting says to the incident machine: after the deployments of its time. */
export function signalOfSighting({ id, kind, at }: Pick<Sighting, 'id' | 'kind' | 'at'>): Signal {
  const moment = momentOfSight(at);
  return kind === 'failure' ? { kind, moment, ref: id, identity: '', beginningKnown: true } : { kind, moment, ref: id };
}

/** The rows of the sightings that a transaction adds. */
export function* sightingRows(works: readonly TargetWork[], now: number) {
  for (const work of works) for (const fresh of work.sightings) yield sightingRow(work, fresh, now);
}

function sightingRow(work: TargetWork, { sighting, blamed }: NewSighting, now: number) {
  return {
    source: sighting.target.source,
    upstream_id: sighting.id,
    target_id: work.row.id,
    about: sighting.about,
    kind: sighting.kind,
    at: sighting.at,
    blame_within_ms: sighting.blameWithinMs,
    blamed,
    details: JSON.stringify(sighting.details),
    recorded_at: now,
  };
}
