import type { Kysely } from 'kysely';
import type { Origin } from '../domain/batch.ts';
import type { IncidentKind } from '../domain/deployment.ts';
import { fold } from '../domain/fold.ts';
import { compareMoments, type Moment } from '../domain/moment.ts';
import { type Effect, HEALTHY, type Rules, type Signal, type State } from '../domain/mttr.ts';
import { historyAfter } from './history.ts';
import { placeOf } from './places.ts';
import type { RecordedDeployment } from './recorded-deployment.ts';
import type { Tables } from './tables.ts';
import type { IncidentWork, TargetWork } from './target-work.ts';

/** What a fold made of one target's incidents of one kind. */
export interface Folded {
  readonly kind: IncidentKind;
  /** `late` when an event of a poll does not come after what was folded already. */
  readonly origin: Origin;
  /** Recorded history was folded again: what it had shown may be gone. */
  readonly again: boolean;
  /** Each incident as it is now, with what it was before; null: there was none. */
  readonly changed: readonly { readonly now: IncidentWork; readonly before: IncidentWork | null }[];
  /** Incidents that never were, as it turns out. */
  readonly vanished: readonly IncidentWork[];
  readonly refused: number;
  /** Rows of deployments that were recorded before and folded again. */
  readonly refolded: readonly RecordedDeployment[];
}

/**
 * Folds a target's new signals of one kind. In order, they go on from where the history stands. When one is late,
 * the history is folded again from the last close before it, and the result is laid over what was recorded.
 */
export async function foldTarget(
  trx: Kysely<Tables>,
  work: TargetWork,
  kind: IncidentKind,
  origin: Origin,
  rules: Rules,
): Promise<Folded> {
  const signals = work.signals
    .filter(({ about }) => about === null || about === kind)
    .map(({ signal }) => signal)
    .toSorted((a, b) => compareMoments(a.moment, b.moment));
  const earliest = signals[0];
  const late =
    earliest !== undefined && !work.created && compareMoments(earliest.moment, placeOf(work.places, kind)) <= 0;
  return late
    ? await foldAgain(trx, work, kind, signals, earliest.moment, rules, origin === 'api' ? 'api' : 'late')
    : foldOn(work, kind, signals, origin, rules);
}

function foldOn(
  work: TargetWork,
  kind: IncidentKind,
  signals: readonly Signal[],
  origin: Origin,
  rules: Rules,
): Folded {
  const before = work.current.get(kind) ?? null;
  const { effects } = fold(stateOf(before), signals, rules);
  const changed = incidentsOf(effects, kind, before).map((now) => ({ now, before: now.id === null ? null : before }));
  return { kind, origin, again: false, changed, vanished: [], refused: refusals(effects), refolded: [] };
}

/** Folds a target's history again from the last close before `earliest`, with these signals added to it. */
export async function foldAgain(
  trx: Kysely<Tables>,
  work: TargetWork,
  kind: IncidentKind,
  signals: readonly Signal[],
  earliest: Moment,
  rules: Rules,
  origin: Origin = 'late',
): Promise<Folded> {
  const history = await historyAfter(trx, work.row.id, kind, earliest);
  // Time that has passed for the target has passed for its history: what expired by a tick is not open again.
  const passed: Signal = { kind: 'tick', moment: placeOf(work.places, kind) };
  const { effects } = fold(HEALTHY, [...history.signals, ...signals, passed], rules);
  const unmatched = new Set(history.incidents);
  const changed = incidentsOf(effects, kind, null).map((now) => {
    const before = counterpart(now, unmatched);
    if (before !== null) unmatched.delete(before);
    return { now: { ...now, id: before?.id ?? null, countedMs: before?.countedMs ?? null }, before };
  });
  return {
    kind,
    origin,
    again: true,
    changed,
    vanished: [...unmatched],
    refused: refusals(effects),
    refolded: history.deployments,
  };
}

function stateOf(current: IncidentWork | null): State {
  if (current === null) return HEALTHY;
  return { kind: current.closed === null ? 'failing' : 'abandoned', incident: current.incident };
}

/** The recorded incident that this one is: opened by the same failure, or else closed by the same recovery. */
function counterpart(now: IncidentWork, among: ReadonlySet<IncidentWork>): IncidentWork | null {
  const candidates = [...among];
  const closedBy = now.closed?.ref ?? null;
  return (
    candidates.find((before) => before.incident.openedBy === now.incident.openedBy) ??
    candidates.find((before) => closedBy !== null && before.closed?.ref === closedBy) ??
    null
  );
}

function incidentsOf(effects: readonly Effect[], kind: IncidentKind, current: IncidentWork | null): IncidentWork[] {
  const touched: IncidentWork[] = [];
  let last = current === null ? null : { ...current };
  for (const effect of effects) {
    if (effect.kind === 'refused') continue;
    if (effect.kind === 'opened' || last === null) {
      last = { id: null, kind, incident: effect.incident, closed: null, countedMs: null };
    }
    last.incident = effect.incident;
    last.closed =
      effect.kind === 'closed'
        ? { moment: effect.moment, ref: effect.ref, outcome: effect.outcome, recoveryMs: effect.recoveryMs }
        : null;
    if (touched.at(-1) !== last) touched.push(last);
  }
  return touched;
}

function refusals(effects: readonly Effect[]): number {
  return effects.filter(({ kind }) => kind === 'refused').length;
}
