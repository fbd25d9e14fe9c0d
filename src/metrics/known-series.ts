import type { Capabilities, IgnoredReason, Origin } from '../domain/batch.ts';
import type { UnknownLeadTime } from '../domain/change.ts';
import type { Transition } from '../domain/transition.ts';

/** A configured source, as far as its series are known beforehand. */
export interface MetricsSource {
  readonly name: string;
  /** True where applications post to it: no collector polls it. */
  readonly takesPosts?: boolean;
  readonly capabilities: Capabilities;
  /** Why it can leave a row uncounted. */
  readonly ignoredReasons: readonly IgnoredReason[];
  /** Why a change of its targets can be without a lead time. Absent: lead time is off. */
  readonly unknownLeadTimes?: readonly UnknownLeadTime[] | undefined;
}

interface Step extends Pick<Transition, 'operation' | 'outcome'> {
  /** Where it can come from, given where the source's news do. */
  readonly origins: (news: Origin) => readonly Origin[];
  /** Only a source that sees health can tell it. */
  readonly takesHealth?: true;
}

const inOrderOrLate = (news: Origin): readonly Origin[] => [news, 'late'];
const byAPerson = (): readonly Origin[] => ['api'];
const byNewsOrTime = (news: Origin): readonly Origin[] => [news, 'tick'];

/**
 * What can befall an incident, and from where; other combinations appear when they first occur. A first read of
 * history (`backfill`) is left out: it must not show as an increase.
 */
const STEPS: readonly Step[] = [
  { operation: 'open', outcome: 'done', origins: inOrderOrLate },
  { operation: 'extend', outcome: 'done', origins: inOrderOrLate },
  {
    operation: 'close',
    outcome: 'recovered',
    origins: (news) => [...inOrderOrLate(news), ...(news === 'ingest' ? ['tick' as const] : [])],
  },
  { operation: 'close', outcome: 'withdrawn', origins: inOrderOrLate, takesHealth: true },
  { operation: 'close', outcome: 'noop', origins: inOrderOrLate },
  { operation: 'close', outcome: 'resolved', origins: byAPerson },
  { operation: 'close', outcome: 'noop', origins: byAPerson },
  { operation: 'open', outcome: 'done', origins: byAPerson },
  { operation: 'open', outcome: 'noop', origins: byAPerson },
  { operation: 'close', outcome: 'abandoned', origins: byNewsOrTime },
  { operation: 'close', outcome: 'expired', origins: byNewsOrTime },
];

/** Label sets of `dora_incident_transitions_total` that a source has from the start, at 0. */
export function knownTransitions(source: MetricsSource): readonly Record<string, string>[] {
  const { kinds } = source.capabilities;
  const news = source.takesPosts === true ? 'ingest' : 'poll';
  const steps = STEPS.filter(({ takesHealth }) => takesHealth === undefined || kinds.includes('degraded'));
  return kinds.flatMap((kind) =>
    steps.flatMap(({ operation, outcome, origins }) =>
      origins(news).map((origin) => ({ source: source.name, kind, operation, outcome, origin })),
    ),
  );
}
