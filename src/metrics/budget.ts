/** What bounds a scrape; 0 is no bound. */
export interface SeriesLimits {
  readonly inAll: number;
  readonly perSource: number;
}

/** What one target would take. */
export interface Claim {
  readonly id: number;
  readonly source: string;
  readonly series: number;
  /** Milliseconds since the epoch. */
  readonly lastActiveAt: number;
}

/**
 * The ids that must be left out: whole targets, least recently active first, until each source and then all
 * together are within their limits. Nothing is sorted while they are.
 */
export function overBudget(claims: readonly Claim[], limits: SeriesLimits): ReadonlySet<number> {
  const perSource = limits.perSource === 0 ? Number.POSITIVE_INFINITY : limits.perSource;
  const inAll = limits.inAll === 0 ? Number.POSITIVE_INFINITY : limits.inAll;
  const bySource = new Map<string, number>();
  let all = 0;
  for (const { source, series } of claims) {
    bySource.set(source, (bySource.get(source) ?? 0) + series);
    all += series;
  }
  const dropped = new Set<number>();
  if (all <= inAll && [...bySource.values()].every((series) => series <= perSource)) return dropped;

  const oldestFirst = claims.toSorted((a, b) => a.lastActiveAt - b.lastActiveAt || a.id - b.id);
  for (const { id, source, series } of oldestFirst) {
    const ofSource = bySource.get(source) ?? 0;
    if (ofSource <= perSource) continue;
    dropped.add(id);
    bySource.set(source, ofSource - series);
    all -= series;
  }
  for (const { id, series } of oldestFirst) {
    if (all <= inAll) break;
    if (dropped.has(id)) continue;
    dropped.add(id);
    all -= series;
  }
  return dropped;
}
