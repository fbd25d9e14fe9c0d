import type { Kysely, Selectable } from 'kysely';
import type { Batch, TargetFacts } from '../domain/batch.ts';
import { type Deployment, targetId } from '../domain/deployment.ts';
import type { Signal } from '../domain/mttr.ts';
import { DURATION_BOUNDS, emptyTotals, observe } from '../domain/totals.ts';
import { insertAndRead } from './rows.ts';
import type { Tables, TargetsTable } from './tables.ts';
import { keyOf, type TargetWork, workOn } from './target-work.ts';

/** Adds the targets that begin to exist with one of these deployments: a target exists from its first counted event. */
export async function createTargets(
  trx: Kysely<Tables>,
  batch: Batch,
  deployments: readonly Deployment[],
  works: Map<string, TargetWork>,
): Promise<void> {
  const unknown = new Set(deployments.map(({ target }) => targetId(target)).filter((id) => !works.has(id)));
  const facts = batch.targets.filter(({ target }) => unknown.delete(targetId(target)));
  const totals = JSON.stringify(emptyTotals());
  const blank = facts.map((fact) => ({ ...blankRow(batch, fact), totals }));
  const numbered = await insertAndRead(trx, 'targets', blank, ['id', 'source', 'app', 'environment']);
  const ids = new Map(numbered.map((row) => [targetId(keyOf(row)), row.id]));
  for (const row of blank) {
    const key = targetId(keyOf(row));
    works.set(key, workOn({ ...row, id: ids.get(key) ?? 0 }, true));
  }
}

function blankRow(
  batch: Batch,
  { target, team, observedSince }: TargetFacts,
): Omit<Selectable<TargetsTable>, 'id' | 'totals'> {
  return {
    source: target.source,
    app: target.app,
    environment: target.environment,
    team,
    capabilities: JSON.stringify(batch.capabilities),
    observed_since: observedSince,
    born_live_at: batch.origin === 'backfill' ? null : batch.now,
    last_at: 0,
    last_sequence: 0,
    last_ord: 0,
    last_active_at: 0,
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
  work.fresh.push({ deployment, rework: null });
  work.signals.push({ about: 'deployment', signal: signalOf(deployment) });

  totals.deployments[outcome] += 1;
  if (at >= (totals.exemplars[outcome]?.at ?? 0)) totals.exemplars[outcome] = { id: deployment.id, value: 1, at };
  row.last_active_at = Math.max(row.last_active_at, at);
  if (outcome === 'failure') {
    totals.changeFailures.deployment = (totals.changeFailures.deployment ?? 0) + 1;
    return;
  }
  row.last_success_at = Math.max(row.last_success_at ?? 0, at);
  if (deployment.durationMs !== null)
    observe(totals.durations, DURATION_BOUNDS, deployment.durationMs, { id: deployment.id, at });
}

function signalOf({ outcome, at, sequence, order, id, identity, beginningKnown }: Deployment): Signal {
  const moment = { at, sequence, order };
  return outcome === 'failure'
    ? { kind: 'failure', moment, ref: id, identity, beginningKnown }
    : { kind: 'recovery', moment, ref: id, identity };
}
