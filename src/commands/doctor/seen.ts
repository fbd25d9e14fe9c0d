import type { Clock } from '../../domain/clock.ts';
import { counted } from '../../domain/counted.ts';
import type { Finding, Findings } from './finding.ts';

/** A target that a source maps to. */
export interface SeenTarget {
  readonly source: string;
  readonly app: string;
  readonly environment: string;
  readonly team: string;
  /** Whether the source counts its deployments. */
  readonly counts: boolean;
}

/** What came of looking at one source. */
export interface Seen {
  readonly findings: readonly Finding[];
  readonly targets: readonly SeenTarget[];
}

export interface LookParts {
  readonly clock: Clock;
  readonly userAgent: string;
  readonly stop: AbortSignal;
}

/** Lines that tell targets one by one before the rest is summed up. */
const MOST_LINES = 100;

/** Says which rows of the source become which target, and which keys each will lack. `lacks`: one reason for each key. */
export function tellTargets(
  mapped: ReadonlyMap<string, { readonly target: SeenTarget; readonly from: string }>,
  lacks: readonly string[],
  findings: Findings,
): void {
  const without = lacks.length === 0 ? '' : `; it will lack ${lacks.join(', and ')}`;
  for (const { target, from } of [...mapped.values()].slice(0, MOST_LINES)) {
    const team = target.team === '' ? '' : `, team ${target.team}`;
    findings.add('ok', `${from} is app ${target.app}, environment ${target.environment}${team}${without}`);
  }
  const more = mapped.size - MOST_LINES;
  if (more > 0) findings.add('ok', `and ${counted(more, 'more target')}, mapped likewise`);
}
