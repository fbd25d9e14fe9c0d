import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Overridden } from '../../src/ledger/overridden.ts';
import { ALL_DEPLOYMENTS, ALL_INCIDENTS, at } from './support.ts';

export const ANN = { by: 'ann', reason: 'a flaky runner', decidedAt: at(1000) };
/** What a person said, as the API gives it. */
export const SAID = { by: 'ann', reason: 'a flaky runner', decidedAt: at(1000) };

/** The ledger's number of the latest incident that began. */
export async function latest(ledger: Ledger): Promise<number> {
  return (await ledger.queries.incidents({ ...ALL_INCIDENTS, limit: 1 })).items[0]?.id ?? 0;
}

/** The ledger's number of the deployment that ended at `second`. */
export async function numberOf(ledger: Ledger, second: number): Promise<number> {
  const { items } = await ledger.queries.deployments(ALL_DEPLOYMENTS);
  return items.find(({ finishedAt }) => finishedAt === at(second))?.id ?? 0;
}

export function recordOf<R>(answer: Overridden<R>): R {
  if (answer.kind !== 'done') throw new Error(`not done: ${JSON.stringify(answer)}`);
  return answer.record;
}

export async function resolve(ledger: Ledger, second: number | null, more: Partial<typeof ANN> = {}) {
  const incident = await latest(ledger);
  return await ledger.resolve({ ...ANN, ...more, incident, at: second === null ? null : at(second) });
}

export async function say(ledger: Ledger, second: number, verdict: 'failure' | 'not_a_failure' | null, more = {}) {
  return await ledger.giveVerdict({ ...ANN, ...more, deployment: await numberOf(ledger, second), verdict });
}

export async function causes(ledger: Ledger) {
  const { items } = await ledger.queries.deployments(ALL_DEPLOYMENTS);
  return items.map(({ changeFailure }) => changeFailure).toReversed();
}
