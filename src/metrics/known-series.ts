import type { Capabilities, IgnoredReason, Origin } from '../domain/batch.ts';
import type { Transition } from '../domain/transition.ts';

/** A configured source, as far as its series are known beforehand. */
export interface MetricsSource {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Why it can leave a row uncounted. */
  readonly ignoredReasons: readonly IgnoredReason[];
}

interface Step extends Pick<Transition, 'operation' | 'outcome'> {
  readonly origins: readonly Origin[];
  /** Only a source that sees health can tell it. */
  readonly takesHealth?: true;
}

/**
 * What can befall an incident, and from where; other combinations appear when they first occur. A first read of
 * history (`backfill`) is left out: it must not show as an increase.
 */
const STEPS: readonly Step[] = [
  { operation: 'open', outcome: 'done', origins: ['poll', 'late'] },
  { operation: 'extend', outcome: 'done', origins: ['poll', 'late'] },
  { operation: 'close', outcome: 'recovered', origins: ['poll', 'late'] },
  { operation: 'close', outcome: 'withdrawn', origins: ['poll', 'late'], takesHealth: true },
  { operation: 'close', outcome: 'noop', origins: ['poll', 'late'] },
  { operation: 'close', outcome: 'abandoned', origins: ['poll', 'tick'] },
  { operation: 'close', outcome: 'expired', origins: ['poll', 'tick'] },
];

/** Label sets of `dora_incident_transitions_total` that a source has from the start, at 0. */
export function knownTransitions(source: MetricsSource): readonly Record<string, string>[] {
  const { kinds } = source.capabilities;
  const steps = STEPS.filter(({ takesHealth }) => takesHealth === undefined || kinds.includes('degraded'));
  return kinds.flatMap((kind) =>
    steps.flatMap(({ operation, outcome, origins }) =>
      origins.map((origin) => ({ source: source.name, kind, operation, outcome, origin })),
    ),
  );
}
