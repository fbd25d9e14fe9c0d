import { expect, test } from 'vitest';
import { emptyTotals } from '../../src/domain/totals.ts';
import type { TargetProjection } from '../../src/ledger/projection.ts';
import { ServiceWatch } from '../../src/main/service-watch.ts';

function target(source: string, deployments: number, environment = 'production'): TargetProjection {
  const totals = { ...emptyTotals(), deployments: { success: deployments, failure: 0 } };
  return { source, app: 'shop/web', environment, totals } as TargetProjection;
}

function watching() {
  const warned: object[] = [];
  const log = { debug: () => {}, info: () => {}, warn: (fields: object) => warned.push(fields), error: () => {} };
  return { watch: new ServiceWatch(log), warned };
}

const BOTH = new Set(['woodpecker', 'argocd']);

test('a service that two sources count is named once', () => {
  const { watch, warned } = watching();
  for (let time = 0; time < 3; time += 1) watch.look([target('woodpecker', 2), target('argocd', 1)], BOTH);
  expect(warned).toEqual([{ app: 'shop/web', environment: 'production', sources: ['woodpecker', 'argocd'] }]);
});

test('another environment, a target without deployments and a source that is not polled are no second count', () => {
  const { watch, warned } = watching();
  watch.look([target('woodpecker', 2), target('argocd', 1, 'staging'), target('argocd', 0)], BOTH);
  watch.look([target('argocd', 1)], new Set(['woodpecker']));
  expect(warned).toEqual([]);
});
