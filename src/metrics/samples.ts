import type { TargetProjection } from '../ledger/projection.ts';
import type { Scalar } from './family.ts';

/** The labels of a target, in the order in which they are shown. */
export const TARGET_LABELS = ['source', 'app', 'environment', 'team'] as const;

/** What only posts errors is never deployed; what was deployed once keeps its counters. */
export function deploys({ capabilities, totals }: TargetProjection): boolean {
  return capabilities.kinds.includes('deployment') || totals.deployments.success + totals.deployments.failure > 0;
}

/** A time as a value: absent while it is unknown, never 0. */
export function moment(at: number | null, labels: Scalar['labels'] = {}): readonly Scalar[] {
  return at === null ? [] : [{ labels, value: at / 1000 }];
}

/** What the source can produce, and what the history holds beside it: a counter that was shown once must stay. */
export function bothOf<K extends string>(capable: readonly K[], counted: Partial<Record<K, unknown>>): readonly K[] {
  return [...new Set([...capable, ...(Object.keys(counted) as K[])])];
}
