import { instants } from '../../domain/instants.ts';
import type { Window } from '../../domain/windows.ts';
import type { Pasts } from '../../ledger/open-reader.ts';
import { PAST_FAMILIES, pastHeader, pastLines } from '../../metrics/past-lines.ts';

export interface PastPage {
  readonly sources: readonly string[];
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
  readonly stepMs: number;
  /** Labels that every series gets, as they stand between the braces. */
  readonly labels: string;
  readonly birthHoldMs: number;
  readonly windows: readonly Window[];
  readonly minSamples: number;
}

/**
 * What `/metrics` would have shown of all targets, in OpenMetrics with timestamps: family by family, target by target, as
 * the format demands. A target's history is read anew for each family, so that no more than one is in memory.
 */
export async function* openMetricsOfPast(pasts: Pasts, page: PastPage): AsyncGenerator<string> {
  const { since, until, stepMs, labels, windows, minSamples } = page;
  const moments = () => instants(since, until, stepMs);
  const options = { leadMs: stepMs, windows, minSamples };
  for (const family of PAST_FAMILIES) {
    yield pastHeader(family);
    for await (const target of pasts.targets(page.sources, since)) {
      yield* pastLines(family, await pasts.past(target, page.birthHoldMs), moments, labels, options);
    }
  }
  yield '# EOF\n';
}
