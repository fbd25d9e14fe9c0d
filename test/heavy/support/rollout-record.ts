import type { Application } from '../../../src/demo/argocd/model.ts';
import type { ArgocdState } from '../../../src/demo/argocd/state.ts';

/** One attempt to deploy, as the server showed it. Seconds since the epoch. */
interface Attempt {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly what: string;
  readonly failed: boolean;
}

/** The numbers of one application, or of all. */
export interface Tally {
  readonly deployments: number;
  readonly failures: number;
}

/**
 * Keeps a record of everything that a simulated server shows, state by state, as nobody who polls can, and tells from
 * it alone what was deployed and which of it failed: by the definitions, with none of the program's own code.
 */
export class RolloutRecord {
  readonly #attempts = new Map<string, Attempt[]>();
  readonly #degraded = new Map<string, { from: number; until: number | null }[]>();
  readonly #degradedForS: number;

  constructor(state: ArgocdState, degradedForS: number) {
    this.#degradedForS = degradedForS;
    state.watchers.add({ onChange: (_, app) => this.#see(app), onEnd: () => {} });
  }

  /** What happened to all applications after a moment until now, both in seconds since the epoch. */
  between(moment: number, now: number): Tally {
    let [deployments, failures] = [0, 0];
    for (const [key, attempts] of this.#attempts) {
      const counted = countedOf(attempts);
      const blamed = new Set<Attempt>(counted.filter(({ failed }) => failed));
      for (const { from, until } of this.#degraded.get(key) ?? []) {
        if ((until ?? now) - from < this.#degradedForS) continue;
        const last = counted.findLast(({ startedAt }) => startedAt <= from);
        if (last !== undefined) blamed.add(last);
      }
      for (const [index, attempt] of counted.entries()) {
        const [before, replaced] = [counted.slice(0, index), counted[index - 1]];
        const known = before.some(({ what, failed }) => what === attempt.what && !failed);
        if (known && !attempt.failed && replaced !== undefined) blamed.add(replaced);
      }
      deployments += counted.filter(({ endedAt }) => endedAt > moment).length;
      failures += [...blamed].filter(({ endedAt }) => endedAt > moment).length;
    }
    return { deployments, failures };
  }

  #see({ metadata, status }: Application): void {
    const key = `${metadata.namespace}/${metadata.name}`;
    const attempts = entry(this.#attempts, key);
    const add = (attempt: Attempt) => {
      if (!attempts.some(({ startedAt }) => startedAt === attempt.startedAt)) attempts.push(attempt);
    };
    const last = status.history?.at(-1);
    if (last !== undefined) {
      add({
        startedAt: seconds(last.deployStartedAt),
        endedAt: seconds(last.deployedAt),
        what: String(last.revisions ?? last.revision),
        failed: false,
      });
    }
    const operation = status.operationState;
    if (operation?.phase === 'Failed' || operation?.phase === 'Error') {
      const { revision, revisions } = operation.syncResult ?? {};
      add({
        startedAt: seconds(operation.startedAt),
        endedAt: seconds(operation.finishedAt),
        what: String(revisions ?? revision),
        failed: true,
      });
    }
    const spans = entry(this.#degraded, key);
    const span = spans.at(-1);
    const at = seconds(status.health.lastTransitionTime);
    if (status.health.status === 'Degraded') {
      if (span === undefined || span.until !== null) spans.push({ from: at, until: null });
    } else if (span?.until === null) span.until = at;
  }
}

/** Without what tries again what had succeeded, or fails again as it had. */
function countedOf(attempts: readonly Attempt[]): readonly Attempt[] {
  const counted: Attempt[] = [];
  for (const attempt of attempts.toSorted((a, b) => a.endedAt - b.endedAt)) {
    const last = counted.at(-1);
    const isSame = last?.what === attempt.what && (!last.failed || attempt.failed);
    if (!isSame) counted.push(attempt);
  }
  return counted;
}

function entry<T>(map: Map<string, T[]>, key: string): T[] {
  const found = map.get(key) ?? [];
  map.set(key, found);
  return found;
}

function seconds(time: string | undefined): number {
  return Date.parse(time ?? '') / 1000;
}
