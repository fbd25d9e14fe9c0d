import type { Batch, Capabilities, Sighting } from '../../src/domain/batch.ts';
import type { Deployment } from '../../src/domain/deployment.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { ALL_DEPLOYMENTS, at, batch, WEB } from './support.ts';

/** What a source that tells of health can produce. */
export const HEALTH: Capabilities = {
  kinds: ['deployment', 'degraded'],
  causes: ['deployment', 'degraded', 'rollback'],
  rework: ['rollback', 'deployment', 'degraded'],
};

/** Within this time after its end a deployment is to blame, in seconds. */
export const BLAME_S = 100;

export function degraded(second: number, more: Partial<Sighting> = {}): Sighting {
  return sighting('failure', second, { blameWithinMs: BLAME_S * 1000, ...more });
}

export function healthy(second: number, more: Partial<Sighting> = {}): Sighting {
  return sighting('recovery', second, more);
}

/** The change that failed was taken back. */
export function withdrawn(second: number, more: Partial<Sighting> = {}): Sighting {
  return sighting('withdrawn', second, { about: 'deployment', ...more });
}

function sighting(kind: Sighting['kind'], second: number, more: Partial<Sighting>): Sighting {
  return {
    id: `${more.target?.app ?? WEB.app} ${kind}@${second}`,
    target: WEB,
    about: 'degraded',
    kind,
    at: at(second),
    blameWithinMs: null,
    details: { status: kind, message: `seen at ${second}` },
    ...more,
  };
}

/** A batch of a source that tells of health, with the facts of every target that it names. */
export function healthBatch(events: readonly (Deployment | Sighting)[], more: Partial<Batch> = {}): Batch {
  const targets = new Map(events.map((one) => [one.target.app, one.target]));
  return batch(
    events.flatMap((one) => ('outcome' in one ? one : [])),
    {
      capabilities: HEALTH,
      sightings: events.flatMap((one) => ('outcome' in one ? [] : one)),
      targets: [...targets.values()].map((target) => ({ target, team: 'shop', observedSince: at(0) })),
      ...more,
    },
  );
}

/** Of each deployment of an app, in order: what made it a change failure, and what made it rework. */
export async function verdicts(ledger: Ledger, app = WEB.app): Promise<Record<string, string>> {
  const { items } = await ledger.queries.deployments({ ...ALL_DEPLOYMENTS, app });
  return Object.fromEntries(
    items
      .filter(({ changeFailure, rework }) => changeFailure !== null || rework !== null)
      .map((one) => [one.upstreamId.replace(`${app} `, ''), `${one.changeFailure ?? '-'} / ${one.rework ?? '-'}`]),
  );
}
