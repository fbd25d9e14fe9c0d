import type { IgnoredReason, TargetFacts } from '../../domain/batch.ts';
import { type Deployment, targetId } from '../../domain/deployment.ts';
import type { Failure } from '../../upstream/upstream.ts';
import { askAgain } from './asking.ts';
import type { Judged } from './judge.ts';
import type { Listed } from './listing.ts';
import { type KnownTarget, mergeTargets, type OpenRow, type RepositoryMemory } from './memory.ts';

/** What one look at a repository found. */
export interface RepositoryNews {
  readonly deployments: readonly Deployment[];
  readonly ignored: readonly { readonly id: string; readonly reason: IgnoredReason }[];
  readonly targets: readonly TargetFacts[];
  /** What to remember once it is recorded. */
  readonly memory: RepositoryMemory;
  /** Rows that might have been decided, had the upstream answered. */
  readonly failures: readonly Failure[];
}

/** A row and what became of it; `before` is null for one that was not known. */
export interface JudgedRow {
  readonly before: OpenRow | null;
  readonly judged: Judged;
}

/** Sorts what became of a repository's rows. `kept` are open rows that nobody looked at. */
export function newsOf(
  memory: RepositoryMemory,
  listed: Pick<Listed, 'newest'>,
  rows: readonly JudgedRow[],
  kept: readonly OpenRow[],
  { now, date }: { readonly now: number; readonly date: number },
): RepositoryNews {
  const deployments: Deployment[] = [];
  const ignored: { id: string; reason: IgnoredReason }[] = [];
  const open = [...kept];
  const failures: Failure[] = [];
  const touched = new Map<string, KnownTarget>();
  for (const { before, judged } of rows) {
    switch (judged.kind) {
      case 'deployment': {
        deployments.push(judged.deployment);
        const id = targetId(judged.target.target);
        // Rows come newest first: the first of a target tells how it is mapped now.
        if (!touched.has(id)) touched.set(id, judged.target);
        break;
      }
      case 'ignored':
        ignored.push({ id: judged.id, reason: judged.reason });
        break;
      case 'open': {
        const { id, number, created } = judged.row;
        const fresh = { id, number, created, askedSince: before?.askedSince ?? null, nextAsk: 0, until: judged.until };
        // Else it was asked for and is not there, though the listing shows it.
        const waits = judged.until === null || date < judged.until || judged.failure !== null;
        open.push(listed.newest?.id === id && waits ? { ...fresh, askedSince: null } : askAgain(fresh, now));
        if (judged.failure !== null) failures.push(judged.failure);
        break;
      }
    }
  }
  return {
    deployments,
    ignored,
    targets: [...touched.values()].map(({ target, team }) => ({ target, team, observedSince: memory.observedSince })),
    memory: { ...memory, newest: listed.newest, open, targets: mergeTargets(memory.targets, [...touched.values()]) },
    failures,
  };
}
