import type { Kysely, Selectable } from 'kysely';
import type { Batch, PostedCount, Sighting, TargetFacts } from '../domain/batch.ts';
import { type Deployment, type TargetKey, targetId } from '../domain/deployment.ts';
import type { Signal } from '../domain/mttr.ts';
import { DURATION_BOUNDS, emptyTotals, isLater, observe } from '../domain/totals.ts';
import { insertAndRead } from './rows.ts';
import { signalOfSighting } from './sightings.ts';
import type { Tables, TargetsTable } from './tables.ts';
import { keyOf, type TargetWork, workOn } from './target-work.ts';

/** Adds the targets that begin to exist: with one of these events, or where their source says so, at first sight. */
export async function createTargets(
  trx: Kysely<Tables>,
  batch: Batch,
  events: readonly { readonly target: TargetKey }[],
  works: Map<string, TargetWork>,
): Promise<readonly TargetWork[]> {
  const beginning = [...events, ...batch.targets.filter(({ sighted }) => sighted === true)];
  const unknown = new Set(beginning.map(({ target }) => targetId(target)).filter((id) => !works.has(id)));
  const facts = batch.targets.filter(({ target }) => unknown.delete(targetId(target)));
  const totals = JSON.stringify(emptyTotals());
  const blank = facts.map((fact) => ({ ...blankRow(batch, fact), totals }));
  const numbered = await insertAndRead(trx, 'targets', blank, ['id', 'source', 'app', 'environment']);
  const ids = new Map(numbered.map((row) => [targetId(keyOf(row)), row.id]));
  return blank.map((row) => {
    const key = targetId(keyOf(row));
    const work = workOn({ ...row, id: ids.get(key) ?? 0 }, true);
    works.set(key, work);
    return work;
  });
}

function blankRow(
  batch: Batch,
  { target, team, observedSince, sighted }: TargetFacts,
): Omit<Selectable<TargetsTable>, 'id' | 'totals'> {
  return {
    source: target.source,
    app: target.app,
    environment: target.environment,
    team,
    capabilities: JSON.stringify(batch.capabilities),
    observed_since: observedSince,
    born_live_at: batch.origin === 'backfill' ? null : batch.now,
    places: '{}',
    last_active_at: sighted === true ? observedSince || batch.now : 0,
    last_success_at: null,
    failure_at: null,
    recovery_at: null,
    removed_at: null,
  };
}

/** Takes over what the collector says of a target, and what it can produce by now; true when that changed it. */
export function takeFacts(work: TargetWork, { team, observedSince }: TargetFacts, capabilities: string): boolean {
  const { row } = work;
  const since = Math.max(row.observed_since, observedSince);
  if (row.team === team && row.observed_since === since && row.capabilities === capabilities) return false;
  row.team = team;
  row.observed_since = since;
  row.capabilities = capabilities;
  return true;
}

/** Adds a new deployment to the totals of its target and to what is to be folded. */
export function takeDeployment(work: TargetWork, deployment: Deployment): void {
  const { row, totals } = work;
  const { outcome, at } = deployment;
  work.fresh.push({ deployment, changeFailure: null, rework: null });
  work.signals.push({ about: 'deployment', signal: signalOf(deployment) });

  totals.deployments[outcome] += 1;
  const exemplar = { id: deployment.id, value: 1, at };
  if (isLater(exemplar, totals.exemplars[outcome])) totals.exemplars[outcome] = exemplar;
  row.last_active_at = Math.max(row.last_active_at, at);
  if (outcome === 'failure') return;
  row.last_success_at = Math.max(row.last_success_at ?? 0, at);
  if (deployment.durationMs !== null)
    observe(totals.durations, DURATION_BOUNDS, deployment.durationMs, { id: deployment.id, at });
}

/** Adds a new sighting to what is to be folded. */
export function takeSighting(work: TargetWork, sighting: Sighting): void {
  work.sightings.push({ sighting, blamed: null, blamedTarget: null });
  work.signals.push({ about: sighting.about, signal: signalOfSighting(sighting) });
}

/** Counts new error events. */
export function takePosted({ row, totals }: TargetWork, { severity, events, latestAt }: PostedCount): void {
  totals.errors ??= {};
  totals.errors[severity] = (totals.errors[severity] ?? 0) + events;
  row.last_active_at = Math.max(row.last_active_at, latestAt);
}

function signalOf({ outcome, at, sequence, order, id, identity, beginningKnown }: Deployment): Signal {
  const moment = { at, sequence, order };
  return outcome === 'failure'
    ? { kind: 'failure', moment, ref: id, identity, beginningKnown }
    : { kind: 'recovery', moment, ref: id };
}
