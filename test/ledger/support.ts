import type { Batch } from '../../src/domain/batch.ts';
import type { Deployment, TargetKey } from '../../src/domain/deployment.ts';
import type { Rules } from '../../src/domain/mttr.ts';
import type { Observation } from '../../src/domain/observation.ts';
import type { Plan } from '../../src/domain/transition.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { SourceCount, TargetProjection } from '../../src/ledger/projection.ts';
import type { DeploymentQuery, IncidentQuery, IncidentRecord, ListQuery } from '../../src/ledger/records.ts';

/** A store under test, closed and wiped when it is disposed of. */
export interface Store extends AsyncDisposable {
  /** The ledger as it is open now. */
  readonly ledger: Ledger;
  /** What the ledger reported about itself. */
  readonly observed: readonly Observation[];
  /** Closes the ledger and opens it again. */
  reopen(): Promise<void>;
  /** All rows of a table, past the ledger's own queries. */
  rows(
    table:
      | 'outbox'
      | 'deployments'
      | 'sightings'
      | 'decided'
      | 'incidents'
      | 'lookups'
      | 'changes'
      | 'resolutions'
      | 'verdicts',
  ): Promise<readonly Record<string, unknown>[]>;
}

export type OpenStore = (options?: { readonly rules?: Rules; readonly plan?: Plan }) => Promise<Store>;

export const DAY_MS = 86_400_000;
export const RULES: Rules = { expiryMs: 30 * DAY_MS };
/** The beginning of every history in these tests; events are told in seconds from here. */
export const T0 = 1_750_000_000_000;
export const WEB = target('shop/web');

export function target(app: string, source = 'ci'): TargetKey {
  return { source, app, environment: 'production' };
}

export function at(second: number): number {
  return T0 + second * 1000;
}

/** One message for each transition. */
export const tellAll: Plan = (transitions) =>
  transitions.map((transition) => ({
    ref: null,
    source: transition.target.source,
    severity: 'critical',
    room: 'critical',
    key: `${transition.operation} ${transition.outcome}`,
    origin: transition.target.app,
    about: `incident ${transition.incident}`,
    ends: transition.operation === 'close',
    payload: transition,
  }));

/** Of two in one second the one that is asked for with the higher sequence is the later. */
export function failure(second: number, more: Partial<Deployment> = {}): Deployment {
  return deployment('failure', second, more);
}

export function success(second: number, more: Partial<Deployment> = {}): Deployment {
  return deployment('success', second, more);
}

function deployment(outcome: Deployment['outcome'], second: number, more: Partial<Deployment>): Deployment {
  const name = `${outcome === 'failure' ? 'F' : 'S'}@${second}`;
  return {
    id: `${more.target?.app ?? WEB.app} ${name}`,
    target: WEB,
    outcome,
    at: at(second),
    sequence: second,
    order: second,
    durationMs: 42_000,
    identity: `commit of ${name}`,
    commit: `commit of ${name}`,
    link: `https://ci.example.org/${second}`,
    rule: `ended as ${outcome}`,
    details: { event: 'push' },
    beginningKnown: true,
    ...more,
  };
}

/** A batch with the facts of every target that it names. */
export function batch(deployments: readonly Deployment[], more: Partial<Batch> = {}): Batch {
  const keys = new Map(deployments.map((one) => [one.target.app, one.target]));
  return {
    source: deployments[0]?.target.source ?? WEB.source,
    origin: 'poll',
    now: at(10_000),
    capabilities: { kinds: ['deployment'], causes: ['deployment'], rework: ['deployment'] },
    deployments,
    ignored: [],
    targets: [...keys.values()].map((key) => ({ target: key, team: 'shop', observedSince: T0 })),
    moves: [],
    listings: [],
    state: new Map(),
    gaps: 0,
    complete: false,
    ...more,
  };
}

/** The only target shown, or the one of `app`. */
export async function shown(ledger: Ledger, app = WEB.app): Promise<TargetProjection> {
  const { targets } = await ledger.snapshot();
  const found = targets.find((one) => one.app === app);
  if (found === undefined) throw new Error(`${app} is not shown`);
  return found;
}

export const ALL: ListQuery = { limit: 1000, cursor: null, source: null, app: null, environment: null, team: null };
export const ALL_DEPLOYMENTS: DeploymentQuery = { ...ALL, upstreamId: null, outcome: null, since: null, until: null };
export const ALL_INCIDENTS: IncidentQuery = { ...ALL, state: null, kind: null, since: null, until: null };

/** All incidents of an app, the earliest first, without the ledger's numbers. */
export async function incidentsOf(ledger: Ledger, app = WEB.app): Promise<Omit<IncidentRecord, 'id'>[]> {
  const { items } = await ledger.queries.incidents({ ...ALL_INCIDENTS, app });
  return items.map(({ id, ...rest }) => rest).toReversed();
}

/** What a counter of a source stands at, over all labels that contain these. */
export async function counted(
  ledger: Ledger,
  counter: SourceCount['counter'],
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { counts } = await ledger.snapshot();
  return counts
    .filter((one) => one.counter === counter)
    .filter((one) =>
      Object.entries(labels).every(([name, value]) =>
        Object.entries(one.labels).some(([n, v]) => n === name && v === value),
      ),
    )
    .reduce((sum, { by }) => sum + by, 0);
}
