import type { Kysely } from 'kysely';
import type { TargetKey } from '../../domain/deployment.ts';
import { endOfIncident } from '../../domain/span.ts';
import type { Tables } from '../tables.ts';
import { type Findings, tellBack, tellEnd } from './findings.ts';
import { type RecordedSpan, spanOf } from './spans.ts';

/** Ends the spans of a source, or of all, that have stood not above their threshold for long enough at `now`. */
export async function settleSpans(
  trx: Kysely<Tables>,
  now: number,
  findingsOf: (source: string) => Findings,
  source: string | null,
): Promise<void> {
  const rows = await trx
    .selectFrom('error_spans')
    .selectAll()
    .where('closed', '=', 0)
    .where('settles_at', '<=', now)
    .$if(source !== null, (q) => q.where('source', '=', source ?? ''))
    .execute();
  for (const { id } of rows) await trx.updateTable('error_spans').set({ closed: 1 }).where('id', '=', id).execute();
  for (const row of rows) {
    const span = { ...spanOf(row), id: row.id, closed: true };
    const { target } = span.series;
    const findings = findingsOf(target.source);
    if (!span.opens) tellBack(findings, span);
    else {
      const end = endOfIncident<RecordedSpan>(span, await openingSpans(trx, target, span.since));
      if (end !== null) tellEnd(findings, end);
    }
  }
}

/** The spans of a target that open incidents and were not over before `from`. */
async function openingSpans(trx: Kysely<Tables>, target: TargetKey, from: number): Promise<readonly RecordedSpan[]> {
  const rows = await trx
    .selectFrom('error_spans')
    .selectAll()
    .where('source', '=', target.source)
    .where('app', '=', target.app)
    .where('environment', '=', target.environment)
    .where('opens', '=', 1)
    .where((e) => e.or([e('settles_at', 'is', null), e('settles_at', '>=', from)]))
    .execute();
  return rows.map(spanOf);
}
