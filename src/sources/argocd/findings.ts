import type { Sighting } from '../../domain/batch.ts';
import type { Deployment, TargetKey } from '../../domain/deployment.ts';
import { applicationId, type Listed, placeOf } from './application.ts';
import type { Attempt } from './attempts.ts';
import { type HealthMemory, readHealth } from './health.ts';
import type { ApplicationMemory } from './memory.ts';
import type { Reading } from './reading.ts';
import type { ArgocdSettings } from './settings.ts';
import { isWithdrawn } from './withdrawn.ts';

/** An attempt that counts, in the ledger's words. */
export function deploymentOf(
  attempt: Attempt,
  rollback: boolean,
  target: TargetKey,
  { application, settings, firstSight }: Reading,
): Deployment {
  const { at, startedAt } = attempt;
  return {
    id: attempt.id,
    target,
    outcome: attempt.outcome,
    at,
    sequence: attempt.sequence,
    order: attempt.order,
    durationMs: startedAt === null || startedAt > at ? null : at - startedAt,
    identity: attempt.identity,
    commit: attempt.revisions[0] ?? '',
    link: `${settings.url}/applications/${application.namespace}/${application.name}`,
    rule: rollback ? `${attempt.rule}; it goes back to what had run before` : attempt.rule,
    details: attempt.details,
    beginningKnown: true,
    startedAt,
    rollback,
    // History holds no failures: what ended before the first look could have had some (counting.md §8).
    failuresSeen: !firstSight,
    lookup: { application: placeOf(application), project: application.project },
  };
}

/** What the state of health, listed or read, tells of the target. `date` is the answer's time in ms. */
export function readHealthOf(
  memory: Pick<ApplicationMemory, 'health' | 'target'>,
  listed: Listed,
  date: number,
  settings: Pick<ArgocdSettings, 'degradedForMs' | 'degradedWindowMs'>,
): { readonly memory: HealthMemory | null; readonly sightings: readonly Sighting[] } {
  const { health, operation } = listed;
  const deleting = listed.deletingSince > 0;
  const read = readHealth(memory.health, { ...health, date, operation, deleting }, settings.degradedForMs);
  const sightings = read.findings.map(({ kind, at }): Sighting => {
    const status = kind === 'failure' ? 'Degraded' : 'Healthy';
    return {
      // Told again where the application becomes another target.
      id: `${applicationId(listed)}/${status.toLowerCase()}/${at / 1000}/${memory.target.app}/${memory.target.environment}`,
      target: memory.target,
      about: 'degraded',
      kind,
      at,
      blameWithinMs: kind === 'failure' ? settings.degradedWindowMs : null,
      details: { status, ...(health.since === 0 ? { beginning: 'when it was first seen' } : {}) },
    };
  });
  return { memory: read.memory, sightings };
}

/** Whether the read says that a failed change was taken back. */
export function withdrawal(
  { target }: ApplicationMemory,
  { application, becameSynced, date }: Reading,
): readonly Sighting[] {
  const { operation, deletingSince } = application;
  if (!becameSynced || deletingSince > 0 || operation === null || !isWithdrawn(application, date)) return [];
  return [
    {
      id: `${applicationId(application)}/withdrawn/${operation.startedAt / 1000}`,
      target,
      about: 'deployment',
      kind: 'withdrawn',
      at: date,
      blameWithinMs: null,
      details: { status: 'Synced and Healthy', revisions: application.comparedTo.join(' ') },
    },
  ];
}
