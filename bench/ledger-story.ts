import type { Batch, TargetFacts } from '../src/domain/batch.ts';
import type { Clock } from '../src/domain/clock.ts';
import type { Deployment, TargetKey } from '../src/domain/deployment.ts';
import { type Ledger, openLedger } from '../src/ledger/ledger.ts';

export const BEGIN = 1_750_000_000_000;

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: () => Promise.reject(new Error('nothing here sleeps')),
};

export function openBenchLedger(file: string): Promise<Ledger> {
  return openLedger({ file, rules: { expiryMs: 30 * 86_400_000 }, plan: () => [], clock, observe: () => {} });
}

/**
 * A history of `deployments` over `targets`, in batches of `size`, one a second from `begin` on (milliseconds since the
 * epoch); every tenth attempt fails.
 */
export function* story(deployments: number, targets: number, size: number, begin = BEGIN): Generator<Batch> {
  const facts: TargetFacts[] = Array.from({ length: targets }, (_, index) => ({
    target: { source: 'ci', app: `team-${index % 50}/app-${index}`, environment: 'production' },
    team: `team-${index % 50}`,
    observedSince: begin,
  }));
  for (let first = 0; first < deployments; first += size) {
    const rows = Array.from({ length: size }, (_, offset) => {
      const number = first + offset;
      return deployment((facts[number % targets] as TargetFacts).target, { number, targets, begin });
    });
    const named = new Set(rows.map(({ target }) => target));
    yield {
      source: 'ci',
      origin: 'backfill',
      now: begin + first * 1000,
      capabilities: { kinds: ['deployment'], causes: ['deployment'], rework: ['deployment'] },
      deployments: rows,
      ignored: [],
      targets: facts.filter(({ target }) => named.has(target)),
      moves: [],
      listings: [],
      state: new Map([['newest', first]]),
      gaps: 0,
      complete: true,
    };
  }
}

interface Numbered {
  readonly number: number;
  readonly targets: number;
  readonly begin: number;
}

function deployment(target: TargetKey, { number, targets, begin }: Numbered): Deployment {
  const commit = number.toString(16).padStart(40, '0');
  return {
    id: `${number}:${begin + number * 1000}`,
    target,
    // Of each target every tenth, at another time for each.
    outcome: (number + Math.floor(number / targets)) % 10 === 0 ? 'failure' : 'success',
    at: begin + number * 1000,
    sequence: number,
    order: number,
    durationMs: 60_000 + (number % 100) * 1000,
    identity: commit,
    commit,
    link: `https://ci.example.org/repos/${number % targets}/pipeline/${number}`,
    rule: 'the pipeline ended',
    details: { event: 'push', branch: 'main', number },
    beginningKnown: true,
  };
}
