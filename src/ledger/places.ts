import type { IncidentKind } from '../domain/deployment.ts';
import { compareMoments, type Moment } from '../domain/moment.ts';

const KINDS = ['deployment', 'degraded', 'errors'] as const satisfies readonly IncidentKind[];

/**
 * The latest moment of a target that was folded, by the kind of incident: an event that does not come after it is late.
 * Each kind has its own, as health is told minutes after a deployment and says nothing of its order.
 */
export type Places = Partial<Record<IncidentKind, Moment>>;

/** Before every event. */
export const NEVER: Moment = { at: 0, sequence: 0, order: 0 };

export function placeOf(places: Places, kind: IncidentKind): Moment {
  return places[kind] ?? NEVER;
}

/** Moves the place of a kind on to `moment`, never back; null moves every kind's. */
export function moveOn(places: Places, about: IncidentKind | null, moment: Moment): void {
  for (const kind of about === null ? KINDS : [about]) {
    if (compareMoments(moment, placeOf(places, kind)) > 0) places[kind] = moment;
  }
}

/** Moves the places on to those of another history. */
export function joinPlaces(into: Places, from: Places): void {
  for (const kind of KINDS) moveOn(into, kind, placeOf(from, kind));
}
