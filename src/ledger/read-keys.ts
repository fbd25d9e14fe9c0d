import type { Kysely, Selectable } from 'kysely';
import type { ChangeOrigin } from '../domain/change.ts';
import type { FailureCause, Outcome, ReworkCause } from '../domain/deployment.ts';
import { DeploymentTimeline } from '../domain/deployment-timeline.ts';
import { type Recovery, recoverySpans } from '../domain/recovery-spans.ts';
import { type Span, windowKeys } from '../domain/windows.ts';
import { awaitedLeadTimes } from './awaited-lead-times.ts';
import { cursorOf, placeOf } from './cursor.ts';
import type { KeyChange, KeyDeployment, KeySpan, KeysQuery, KeysRecord } from './key-records.ts';
import { ofTarget } from './read-targets.ts';
import type { Page } from './records.ts';
import { inSlices } from './rows.ts';
import type { Tables, TargetsTable } from './tables.ts';
import { readWindow, recoveriesWithin } from './window-rows.ts';

type Target = Pick<Selectable<TargetsTable>, 'id' | 'source' | 'app' | 'environment' | 'team' | 'observed_since'>;

/**
 * The keys as people ask for them, computed from the rows that are shown with them: each target by its number, or, for a
 * team, all its listed targets of a source and an environment together. Throws `BadCursor`.
 */
export async function readKeys(db: Kysely<Tables>, query: KeysQuery): Promise<Page<KeysRecord>> {
  // All of one commit, whatever is written meanwhile.
  return await db.transaction().execute(async (trx) => {
    const together = query.team !== null && query.app === null;
    const place = placeOf(query.cursor, 1);
    const targets = await trx
      .selectFrom('targets')
      .select(['id', 'source', 'app', 'environment', 'team', 'observed_since'])
      .where((e) => ofTarget(e, query))
      // Who asks for an app by its name may ask for one that is gone.
      .$if(query.app === null, (q) => q.where('removed_at', 'is', null))
      .$if(!together && place !== null, (q) => q.where('id', '>', place?.[0] ?? 0))
      .orderBy('id')
      .$if(!together, (q) => q.limit(query.limit + 1))
      .execute();
    if (together) {
      const groups = Map.groupBy(targets, ({ source, environment }) => JSON.stringify([source, environment]));
      const items: KeysRecord[] = [];
      for (const members of groups.values()) items.push(await keysOf(trx, members, null, query));
      return { items, next: null };
    }
    const page = targets.slice(0, query.limit);
    const items: KeysRecord[] = [];
    for (const target of page) items.push(await keysOf(trx, [target], target.app, query));
    const last = page.at(-1);
    return { items, next: targets.length > page.length && last !== undefined ? cursorOf(last.id) : null };
  });
}

async function keysOf(
  db: Kysely<Tables>,
  members: readonly Target[],
  app: string | null,
  { after, until, minSamples }: KeysQuery,
): Promise<KeysRecord> {
  const span = { after, until };
  const byId = new Map(members.map((target) => [target.id, target]));
  const appOf = (id: number) => byId.get(id)?.app ?? '';
  const [first] = members;
  const source = first?.source ?? '';
  const { deployments, timeline } = await deploymentsIn(db, members, span, appOf);
  const recoveries = await recoveriesWithin(db, [...byId.keys()], span);
  const changes = await changesIn(db, members, span);
  const named = await numbersOf(db, source, [
    ...recoveries.map(({ deployment }) => deployment),
    ...changes.map((row) => row.upstream_id),
  ]);
  const awaited = Math.max(0, ...(await awaitedLeadTimes(db, [...byId.keys()])).values());
  const leads = changes.map(({ lead_ms: leadMs }) => leadMs ?? 0);
  return {
    source,
    app,
    environment: first?.environment ?? '',
    team: first?.team ?? '',
    targets: members.length,
    observedSince: Math.max(...members.map((target) => target.observed_since)),
    keys: windowKeys(
      {
        count: (asked) => timeline.count(asked),
        recoveries: () => recoveries,
        leadTimes: () => leads,
        awaitsLeadTimes: (asked) => awaited > asked.after,
      },
      span,
      minSamples,
    ),
    deployments,
    spans: spansOf(recoveries, named, appOf),
    changes: changes
      .map(
        (row): KeyChange => ({
          app: appOf(row.target_id),
          deployment: named.get(row.upstream_id) ?? null,
          sha: row.sha,
          repository: row.repository,
          committedAt: row.committed_at,
          deployedAt: row.at,
          leadMs: row.lead_ms ?? 0,
          origin: row.origin as ChangeOrigin | null,
        }),
      )
      .sort((a, b) => b.deployedAt - a.deployedAt),
  };
}

async function deploymentsIn(
  db: Kysely<Tables>,
  members: readonly Target[],
  span: Span,
  appOf: (target: number) => string,
): Promise<{ readonly deployments: readonly KeyDeployment[]; readonly timeline: DeploymentTimeline }> {
  const timeline = new DeploymentTimeline();
  const deployments: KeyDeployment[] = [];
  for (const target of members) {
    for await (const { row, window } of readWindow(db, target.id, span)) {
      timeline.add(window);
      deployments.push({
        id: row.id,
        app: appOf(target.id),
        number: row.sequence,
        outcome: row.outcome as Outcome,
        finishedAt: row.at,
        failuresSeen: window.failuresSeen,
        changeFailure: row.change_failure as FailureCause | null,
        changeFailureWhy: row.change_failure_why,
        rework: row.rework as ReworkCause | null,
      });
    }
  }
  return { deployments: deployments.sort((a, b) => b.finishedAt - a.finishedAt || b.id - a.id), timeline };
}

async function changesIn(db: Kysely<Tables>, members: readonly Target[], { after, until }: Span) {
  return await inSlices(
    members.map(({ id }) => id),
    (slice) =>
      db
        .selectFrom('changes')
        .select(['target_id', 'upstream_id', 'sha', 'repository', 'committed_at', 'at', 'lead_ms', 'origin'])
        .where('target_id', 'in', slice)
        .where('lead_ms', 'is not', null)
        .where('at', '>', after)
        .where('at', '<=', until)
        .execute(),
  );
}

/** The ledger's number and the upstream's of deployments, by their upstream ids. */
async function numbersOf(db: Kysely<Tables>, source: string, upstreamIds: readonly string[]) {
  const rows = await inSlices([...new Set(upstreamIds)], (slice) =>
    db
      .selectFrom('deployments')
      .select(['id', 'upstream_id', 'sequence'])
      .where('source', '=', source)
      .where('upstream_id', 'in', slice)
      .execute(),
  );
  return new Map(rows.map((row) => [row.upstream_id, { id: row.id, number: row.sequence }]));
}

function spansOf(
  recoveries: readonly (Recovery & { readonly target: number })[],
  named: ReadonlyMap<string, { readonly id: number; readonly number: number }>,
  appOf: (target: number) => string,
): readonly KeySpan[] {
  return [...Map.groupBy(recoveries, ({ target }) => target)]
    .flatMap(([target, ofTarget]) =>
      recoverySpans(ofTarget).map(({ deployment, ...span }) => ({
        ...span,
        app: appOf(target),
        deployment: named.get(deployment) ?? null,
      })),
    )
    .sort((a, b) => b.closedAt - a.closedAt);
}
