import type { Kysely } from 'kysely';
import type { Verdict, VerdictEntry } from '../domain/override.ts';
import type { Tables } from './tables.ts';

/** All that people said of these deployments, the earliest first, by the ledger's number. */
export async function readVerdicts(
  db: Kysely<Tables>,
  deployments: readonly number[],
): Promise<ReadonlyMap<number, readonly VerdictEntry[]>> {
  const rows = await db
    .selectFrom('verdicts')
    .selectAll()
    .where('deployment_id', 'in', deployments)
    .orderBy('id')
    .execute();
  const found = Map.groupBy(rows, (row) => row.deployment_id);
  return new Map(
    [...found].map(([id, said]) => [
      id,
      said.map((row) => ({
        verdict: row.verdict as Verdict | null,
        by: row.decided_by,
        reason: row.reason,
        decidedAt: row.decided_at,
      })),
    ]),
  );
}
