import type { Selectable } from 'kysely';
import type { ChangeFailure } from '../domain/attribution.ts';
import type { Capabilities, Sighting } from '../domain/batch.ts';
import type { Deployment, IncidentKind, ReworkCause, TargetKey } from '../domain/deployment.ts';
import type { Moment } from '../domain/moment.ts';
import type { CloseOutcome, Incident, Signal } from '../domain/mttr.ts';
import type { Totals } from '../domain/totals.ts';
import type { Places } from './places.ts';
import type { TargetProjection } from './projection.ts';
import type { IncidentsTable, TargetsTable } from './tables.ts';

/** An incident while a transaction works on it. `id` is null until it has a row. */
export interface IncidentWork {
  id: number | null;
  readonly kind: IncidentKind;
  incident: Incident;
  closed: Closing | null;
  /** Milliseconds that the totals counted as its recovery time; null: not counted. */
  countedMs: number | null;
}

export interface Closing {
  readonly moment: Moment;
  readonly ref: string | null;
  readonly outcome: CloseOutcome;
  readonly recoveryMs: number | null;
}

/** A deployment that this transaction adds, and the verdict on it. */
export interface NewDeployment {
  readonly deployment: Deployment;
  changeFailure: ChangeFailure | null;
  rework: ReworkCause | null;
}

/** A sighting that this transaction adds, and the deployment that it is attributed to. */
export interface NewSighting {
  readonly sighting: Sighting;
  blamed: string | null;
  /** The ledger's number of the target of that deployment; null: the sighting's own. */
  blamedTarget: number | null;
}

/** A target while a transaction works on it: its row as it will be written, and what is new. */
export interface TargetWork {
  readonly row: Selectable<TargetsTable>;
  readonly totals: Totals;
  readonly created: boolean;
  readonly places: Places;
  readonly fresh: NewDeployment[];
  readonly sightings: NewSighting[];
  /** What is new, by the kind of incident that it is about; null: every kind. */
  readonly signals: { readonly about: IncidentKind | null; readonly signal: Signal }[];
  /** The incidents that are open, and an abandoned one that may go on. */
  readonly current: Map<IncidentKind, IncidentWork>;
}

export function workOn(row: Selectable<TargetsTable>, created: boolean): TargetWork {
  return {
    row,
    totals: JSON.parse(row.totals),
    created,
    places: JSON.parse(row.places),
    fresh: [],
    sightings: [],
    signals: [],
    current: new Map(),
  };
}

/** The target's row as it will be written. */
export function rowOf({ row, places, totals }: TargetWork): Selectable<TargetsTable> {
  return { ...row, places: JSON.stringify(places), totals: JSON.stringify(totals) };
}

export function keyOf(row: Pick<TargetsTable, 'source' | 'app' | 'environment'>): TargetKey {
  return { source: row.source, app: row.app, environment: row.environment };
}

export function incidentOf(row: Selectable<IncidentsTable>): IncidentWork {
  return {
    id: row.id,
    kind: row.kind as IncidentKind,
    incident: {
      opened: { at: row.opened_at, sequence: row.opened_sequence, order: row.opened_ord },
      openedBy: row.opened_by,
      beginningKnown: row.beginning_known === 1,
      failures: row.failures,
      failedIdentity: row.failed_identity,
    },
    closed:
      row.outcome === null
        ? null
        : {
            moment: { at: row.closed_at ?? 0, sequence: row.closed_sequence ?? 0, order: row.closed_ord ?? 0 },
            ref: row.closed_by,
            outcome: row.outcome as CloseOutcome,
            recoveryMs: row.recovery_ms,
          },
    countedMs: row.counted_ms,
  };
}

/** The columns of an incident's row. */
export function incidentColumns(targetId: number, work: IncidentWork) {
  const { incident, closed } = work;
  return {
    target_id: targetId,
    kind: work.kind,
    opened_at: incident.opened.at,
    opened_sequence: incident.opened.sequence,
    opened_ord: incident.opened.order,
    opened_by: incident.openedBy,
    beginning_known: Number(incident.beginningKnown),
    failures: incident.failures,
    failed_identity: incident.failedIdentity,
    closed_at: closed?.moment.at ?? null,
    closed_sequence: closed?.moment.sequence ?? null,
    closed_ord: closed?.moment.order ?? null,
    closed_by: closed?.ref ?? null,
    outcome: closed?.outcome ?? null,
    recovery_ms: closed?.recoveryMs ?? null,
    counted_ms: work.countedMs,
  };
}

const parsed = new Map<string, Capabilities>();

/** What the target's source can produce. Few texts are written many times, so each is parsed once. */
export function capabilitiesOf({ capabilities }: Pick<TargetsTable, 'capabilities'>): Capabilities {
  const known = parsed.get(capabilities) ?? (JSON.parse(capabilities) as Capabilities);
  parsed.set(capabilities, known);
  return known;
}

/** What `/metrics` shows of the target as it stands. */
export function projectionOf(work: Pick<TargetWork, 'row' | 'totals' | 'current'>): TargetProjection {
  const { row } = work;
  const capabilities = capabilitiesOf(row);
  const open = capabilities.kinds
    .flatMap((kind) => work.current.get(kind) ?? [])
    .filter(({ closed }) => closed === null)
    .map(({ kind, incident }) => ({ kind, since: incident.beginningKnown ? incident.opened.at : null }));
  return {
    id: row.id,
    ...keyOf(row),
    team: row.team,
    capabilities,
    observedSince: row.observed_since,
    bornLiveAt: row.born_live_at,
    lastActiveAt: row.last_active_at,
    lastSuccessAt: row.last_success_at,
    failureAt: row.failure_at,
    recoveryAt: row.recovery_at,
    open,
    totals: work.totals,
  };
}
