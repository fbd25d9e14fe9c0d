import type { Kysely, Selectable } from 'kysely';
import type { ChangeOrigin, UnknownLeadTime } from '../domain/change.ts';
import type { ChangeRecord } from './records.ts';
import { inSlices } from './rows.ts';
import type { DeploymentsTable, Tables } from './tables.ts';

type Key = Pick<Selectable<DeploymentsTable>, 'source' | 'upstream_id'>;

/** So that a list of deployments stays one that can be sent: a comparison has at most 250 commits. */
const MOST_PER_DEPLOYMENT = 300;

export function changesKey({ source, upstream_id }: Key): string {
  return JSON.stringify([source, upstream_id]);
}

/** The changes that these deployments brought, by `changesKey`, in the order of their commits. */
export async function readChanges(
  db: Kysely<Tables>,
  deployments: readonly Key[],
): Promise<ReadonlyMap<string, readonly ChangeRecord[]>> {
  const sources = [...new Set(deployments.map(({ source }) => source))];
  const ids = deployments.map((row) => row.upstream_id);
  const rows = await inSlices(ids, (slice) =>
    db
      .selectFrom('changes')
      .selectAll()
      .where('source', 'in', sources)
      .where('upstream_id', 'in', slice)
      .orderBy('committed_at', (order) => order.asc().nullsFirst())
      .orderBy('id')
      .execute(),
  );
  const byDeployment = Map.groupBy(rows, changesKey);
  return new Map(
    [...byDeployment].map(([key, found]) => [
      key,
      found.slice(0, MOST_PER_DEPLOYMENT).map((row) => ({
        sha: row.sha,
        repository: row.repository,
        committedAt: row.committed_at,
        leadMs: row.lead_ms,
        origin: row.origin as ChangeOrigin | null,
        unknown: row.unknown as UnknownLeadTime | null,
        number: row.number,
      })),
    ]),
  );
}
