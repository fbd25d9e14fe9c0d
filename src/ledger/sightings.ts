import type { Sighting } from '../domain/batch.ts';
import { momentOfSight } from '../domain/moment.ts';
import type { Signal } from '../domain/mttr.ts';
import type { NewSighting, TargetWork } from './target-work.ts';

/**
 * What a sighting says to the incident machine: after the deployments of its time. The event that takes a count over
 * its threshold can be the last one, too: of `errors` a failure comes before the recovery of its millisecond.
 */
export function signalOfSighting({ id, about, kind, at }: Pick<Sighting, 'id' | 'about' | 'kind' | 'at'>): Signal {
  const moment = momentOfSight(at);
  if (kind !== 'failure') return { kind, moment, ref: id };
  const before = about === 'errors' ? { ...moment, order: moment.order - 1 } : moment;
  return { kind, moment: before, ref: id, identity: '', beginningKnown: true };
}

/** The rows of the sightings that a transaction adds. */
export function* sightingRows(works: readonly TargetWork[], now: number) {
  for (const work of works) for (const fresh of work.sightings) yield sightingRow(work, fresh, now);
}

function sightingRow(work: TargetWork, { sighting, blamed, blamedTarget }: NewSighting, now: number) {
  return {
    source: sighting.target.source,
    upstream_id: sighting.id,
    target_id: work.row.id,
    about: sighting.about,
    kind: sighting.kind,
    at: sighting.at,
    blame_within_ms: sighting.blameWithinMs,
    blamed,
    blamed_target: blamedTarget,
    details: JSON.stringify(sighting.details),
    recorded_at: now,
  };
}
