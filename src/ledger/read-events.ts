import type { Kysely, Selectable } from 'kysely';
import { attribute, type ChangeFailure } from '../domain/attribution.ts';
import type { ChangeOrigin, UnknownLeadTime } from '../domain/change.ts';
import type { FailureCause, IncidentKind, Outcome, ReworkCause, TargetKey } from '../domain/deployment.ts';
import type { LedgerEvent } from '../domain/ledger-event.ts';
import type { CloseOutcome } from '../domain/mttr.ts';
import type { Verdict } from '../domain/override.ts';
import { awaitedLeadTimes } from './awaited-lead-times.ts';
import { readEvidence } from './evidence.ts';
import { degradationOf } from './judge.ts';
import { loadTargetsById } from './load-targets.ts';
import { attemptOf } from './recorded-deployment.ts';
import { ROWS_PER_STATEMENT } from './rows.ts';
import { readServices } from './services.ts';
import type { DeploymentsTable, Tables } from './tables.ts';
import { keyOf } from './target-work.ts';
import { blamedIncidents } from './window-rows.ts';

/**
 * All that the ledger knows of what its keys are taken over, target by target, in parts: memory depends on neither.
 * What people were told, what errors said and where collectors stand is not in it.
 */
export async function* readEvents(db: Kysely<Tables>): AsyncGenerator<LedgerEvent> {
  const all = db.selectFrom('targets').selectAll().orderBy('id').limit(ROWS_PER_STATEMENT);
  for await (const row of inParts((after) => all.where('id', '>', after).execute())) {
    const target = keyOf(row);
    const { team, observed_since: observedSince, removed_at: removedAt } = row;
    const leadTimesAwaitedUntil = (await awaitedLeadTimes(db, [row.id])).get(row.id) ?? null;
    yield { kind: 'target', target, team, observedSince, listed: removedAt === null, leadTimesAwaitedUntil };
    yield* deployments(db, row.id, target);
    yield* verdicts(db, row.id, target);
    yield* incidents(db, row.id, target);
    yield* resolutions(db, row.id, target);
    yield* changes(db, row.id, target);
  }
}

async function* deployments(db: Kysely<Tables>, id: number, target: TargetKey): AsyncGenerator<LedgerEvent> {
  const all = db.selectFrom('deployments').selectAll().where('target_id', '=', id).orderBy('id');
  const read = (after: number) => all.where('id', '>', after).limit(ROWS_PER_STATEMENT).execute();
  for await (const row of inParts(read)) {
    const { commit, link, rule } = JSON.parse(row.facts);
    yield {
      kind: 'deployment',
      target,
      id: row.upstream_id,
      outcome: row.outcome as Outcome,
      at: row.at,
      number: row.sequence,
      order: row.ord,
      startedAt: row.started_at,
      durationMs: row.duration_ms,
      identity: row.identity,
      commit,
      link,
      rule,
      rollback: row.is_rollback === 1,
      failuresSeen: row.failures_seen === 1,
      changeFailure: await withoutVerdict(db, row),
      rework: row.rework as ReworkCause | null,
    };
  }
}

/** What the events make of a deployment, whatever people say of it. */
async function withoutVerdict(db: Kysely<Tables>, row: Selectable<DeploymentsTable>): Promise<ChangeFailure | null> {
  if (row.verdict === 'not_a_failure') {
    const [work] = (await loadTargetsById(db, [row.target_id])).values();
    if (work === undefined) throw new Error(`deployment ${row.id} has no target`);
    const service = (await readServices(db, [work])).get(row.target_id) ?? null;
    const { deployments, degradations, accusations } = await readEvidence(db, work, row.at, service);
    const { failures } = attribute(deployments.map(attemptOf), degradations.map(degradationOf), accusations);
    return failures.get(row.upstream_id) ?? null;
  }
  if (row.change_failure === null || row.change_failure === 'verdict') return null;
  return { cause: row.change_failure as FailureCause, why: row.change_failure_why ?? '' };
}

async function* verdicts(db: Kysely<Tables>, id: number, target: TargetKey): AsyncGenerator<LedgerEvent> {
  const all = db
    .selectFrom('verdicts')
    .innerJoin('deployments', 'deployments.id', 'verdicts.deployment_id')
    .where('deployments.target_id', '=', id)
    .select(['verdicts.id', 'upstream_id', 'verdicts.verdict', 'decided_by', 'reason', 'decided_at'])
    .orderBy('verdicts.id');
  const read = (after: number) => all.where('verdicts.id', '>', after).limit(ROWS_PER_STATEMENT).execute();
  for await (const row of inParts(read)) {
    yield {
      kind: 'verdict',
      target,
      deployment: row.upstream_id,
      verdict: row.verdict as Verdict | null,
      by: row.decided_by,
      reason: row.reason,
      decidedAt: row.decided_at,
    };
  }
}

async function* incidents(db: Kysely<Tables>, id: number, target: TargetKey): AsyncGenerator<LedgerEvent> {
  const all = blamedIncidents(db)
    .where('incidents.target_id', '=', id)
    .select(['incidents.opened_by', 'incidents.beginning_known', 'incidents.failures', 'incidents.outcome'])
    .select(['incidents.recovery_ms', 'culprits.source', 'culprits.app', 'culprits.environment'])
    .orderBy('incidents.id');
  const read = (after: number) => all.where('incidents.id', '>', after).limit(ROWS_PER_STATEMENT).execute();
  for await (const row of inParts(read)) {
    yield {
      kind: 'incident',
      target,
      about: row.kind as IncidentKind,
      openedBy: row.opened_by,
      openedAt: row.opened_at,
      beginningKnown: row.beginning_known === 1,
      failures: row.failures,
      closedAt: row.closed_at,
      outcome: row.outcome as CloseOutcome | null,
      recoveryMs: row.recovery_ms,
      blamed: row.kind === 'deployment' || row.blamed !== null ? { target: keyOf(row), id: row.deployment } : null,
    };
  }
}

async function* resolutions(db: Kysely<Tables>, id: number, target: TargetKey): AsyncGenerator<LedgerEvent> {
  const all = db.selectFrom('resolutions').selectAll().where('target_id', '=', id).orderBy('id');
  const read = (after: number) => all.where('id', '>', after).limit(ROWS_PER_STATEMENT).execute();
  for await (const row of inParts(read)) {
    yield {
      kind: 'resolution',
      target,
      about: row.about as IncidentKind,
      at: row.at,
      by: row.decided_by,
      reason: row.reason,
      decidedAt: row.decided_at,
      takenBack:
        row.taken_back_at === null
          ? null
          : { by: row.taken_back_by ?? '', reason: row.taken_back_reason ?? '', decidedAt: row.taken_back_at },
    };
  }
}

async function* changes(db: Kysely<Tables>, id: number, target: TargetKey): AsyncGenerator<LedgerEvent> {
  const all = db.selectFrom('changes').selectAll().where('target_id', '=', id).orderBy('id');
  const read = (after: number) => all.where('id', '>', after).limit(ROWS_PER_STATEMENT).execute();
  for await (const row of inParts(read)) {
    yield {
      kind: 'change',
      target,
      deployment: row.upstream_id,
      at: row.at,
      repository: row.repository,
      sha: row.sha,
      committedAt: row.committed_at,
      leadMs: row.lead_ms,
      origin: row.origin as ChangeOrigin | null,
      unknown: row.unknown as UnknownLeadTime | null,
      number: row.number,
    };
  }
}

/** Part after part of what has a higher number than all before. */
async function* inParts<R extends { readonly id: number }>(read: (after: number) => Promise<R[]>): AsyncGenerator<R> {
  let after = 0;
  for (;;) {
    const rows = await read(after);
    yield* rows;
    after = rows.at(-1)?.id ?? after;
    if (rows.length < ROWS_PER_STATEMENT) return;
  }
}
