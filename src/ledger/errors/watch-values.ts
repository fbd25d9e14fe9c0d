import type { Kysely } from 'kysely';
import type { Measurement, Workspace } from '../../domain/error-event.ts';
import type { SinkRule, ValueRule } from '../../domain/sink-rule.ts';
import { measure } from '../../domain/span.ts';
import type { Tables } from '../tables.ts';
import { type Findings, tellBeginning } from './findings.ts';
import { spansFrom, writeSpan } from './spans.ts';

/** The rules that look at a measurement. */
export function valueRulesFor(rules: readonly SinkRule[], { name }: Measurement): readonly ValueRule[] {
  return rules.filter((rule): rule is ValueRule => rule.kind === 'value' && rule.value === name);
}

/** Lets measurements replace the earlier ones, and looks whether that makes rules be exceeded or no longer. */
export async function takeMeasurements(
  trx: Kysely<Tables>,
  workspace: Workspace,
  measurements: readonly Measurement[],
  rules: readonly SinkRule[],
  findings: Findings,
): Promise<void> {
  for (const measurement of measurements.toSorted((a, b) => a.at - b.at)) {
    if (!(await replace(trx, workspace, measurement))) continue;
    for (const rule of valueRulesFor(rules, measurement)) {
      await watchValue(trx, workspace, measurement, rule, findings);
    }
  }
}

/** Keeps a measurement unless a later one is kept; whether it did. */
async function replace(trx: Kysely<Tables>, workspace: Workspace, measurement: Measurement): Promise<boolean> {
  const { name, subject, environment, value, at, details } = measurement;
  const rows = await trx
    .insertInto('measurements')
    .values({ workspace: workspace.id, name, subject, environment, value, at, details })
    .onConflict((c) =>
      c
        .columns(['workspace', 'name', 'subject', 'environment'])
        .doUpdateSet({ value, at, details })
        .where('measurements.at', '<=', at),
    )
    .returning('id')
    .execute();
  return rows.length > 0;
}

async function watchValue(
  trx: Kysely<Tables>,
  { name: source }: Workspace,
  { name, subject, environment, value, at }: Measurement,
  rule: ValueRule,
  findings: Findings,
): Promise<void> {
  const series = { target: { source, app: subject, environment }, rule: rule.name, subject };
  const known = await spansFrom(trx, series, Number.MAX_SAFE_INTEGER);
  const open = known[0] ?? null;
  const ref = `value:${rule.name}:${environment}:${subject}:${at}`;
  const [first, second] = measure(open, { ref, at, value }, rule);
  const facts = { severity: rule.severity, threshold: rule.threshold, windowMs: null, value };
  for (const span of [first, second]) {
    if (span === undefined || span === open) continue;
    const before = span.id === null ? null : open;
    const recorded = { ...span, series, opens: true, facts: before?.facts ?? facts };
    const id = await writeSpan(trx, recorded);
    if (before !== null) continue;
    const details = { rule: rule.name, severity: rule.severity, measurement: name, value, threshold: rule.threshold };
    tellBeginning(findings, { ...recorded, id }, details, true);
  }
}
