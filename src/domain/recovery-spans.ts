/** An incident that ended well, by the deployment that is to blame for it. Times in milliseconds since the epoch. */
export interface Recovery {
  /** The ledger's number of the incident. */
  readonly incident: number;
  /** Upstream id of the deployment to blame: the one that failed, or the one that the incident is attributed to. */
  readonly deployment: string;
  readonly openedAt: number;
  readonly closedAt: number;
}

/** A time in which one deployment kept its target failing. */
export interface RecoverySpan {
  readonly deployment: string;
  /** The first beginning and the last close. */
  readonly openedAt: number;
  readonly closedAt: number;
  /** Numbers of the incidents that it is made of, by their beginning. */
  readonly incidents: readonly number[];
}

/**
 * Makes one span of the incidents of one deployment that overlap, or touch (counting.md §8): what a deployment broke
 * in two ways was mended once. In the order of their beginnings.
 */
export function recoverySpans(recoveries: Iterable<Recovery>): RecoverySpan[] {
  const ordered = [...recoveries].sort((a, b) => a.openedAt - b.openedAt || a.incident - b.incident);
  const spans: RecoverySpan[] = [];
  const latest = new Map<string, number>();
  for (const { incident, deployment, openedAt, closedAt } of ordered) {
    const place = latest.get(deployment);
    const before = place === undefined ? undefined : spans[place];
    if (place !== undefined && before !== undefined && openedAt <= before.closedAt) {
      const incidents = [...before.incidents, incident];
      spans[place] = { ...before, closedAt: Math.max(before.closedAt, closedAt), incidents };
      continue;
    }
    latest.set(deployment, spans.length);
    spans.push({ deployment, openedAt, closedAt, incidents: [incident] });
  }
  return spans;
}
