import type { Kept } from '../../src/changes/ports.ts';
import type { Lookup } from '../../src/domain/change.ts';

/** What is kept of commits, in memory; `kept` has it by repository and ref. */
export function memory(): Kept & { readonly kept: Map<string, unknown> } {
  const kept = new Map<string, unknown>();
  return {
    kept,
    known: async (repository, refs) =>
      new Map(
        refs.flatMap((ref) => (kept.has(`${repository} ${ref}`) ? [[ref, kept.get(`${repository} ${ref}`)]] : [])),
      ),
    keep: async (repository, values) => {
      for (const [ref, value] of values) kept.set(`${repository} ${ref}`, value);
    },
  };
}

export const NOW = 1_750_000_000_000;
export const NEVER = new AbortController().signal;

/** A deployment that waits to be looked up. */
export function lookup(more: Partial<Lookup> = {}): Lookup {
  return {
    id: 1,
    upstreamId: 'd1',
    target: { source: 'ci', app: 'shop/web', environment: 'production' },
    at: NOW,
    queuedAt: NOW,
    attempts: 0,
    commit: '',
    details: {},
    lookup: { repository: 'shop/web' },
    predecessor: null,
    ...more,
  };
}

/** A whole SHA. */
export function sha(name: string): string {
  return Buffer.from(name).toString('hex').padEnd(40, '0');
}
