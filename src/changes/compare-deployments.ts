import type { FoundChange, Lookup } from '../domain/change.ts';
import type { Commit, Comparison, Forge } from './forges/forge.ts';
import type { Find } from './ports.ts';
import type { Outcome } from './trouble.ts';

/**
 * The changes between a target's last successful deployment and this one, by the forge's comparison (counting.md §6):
 * merge commits left out, what is over the limit counted unknown. The deployed commit alone where there is nothing to
 * compare with: no predecessor, or one whose commit is gone from the repository.
 */
export function byComparison(forge: Forge): Find {
  return async (lookup, stop) => {
    const { commit, predecessor } = lookup;
    const repository = lookup.lookup['repository'] ?? '';
    if (commit === '' || repository === '') return found([unknown(lookup, 'no_commit')]);
    const base = predecessor?.commit ?? '';
    if (base === commit) return found([]);
    if (base === '') return await headOf(forge, lookup, repository, [], stop);
    const compared = await forge.compare(repository, base, commit, stop);
    if (compared.ok) return found(changesOf(compared.value, repository));
    if (compared.trouble.reason !== 'not_found') return compared;
    return await headOf(forge, lookup, repository, [{ ...unknown(lookup, 'no_base'), sha: '' }], stop);
  };
}

async function headOf(
  forge: Forge,
  { commit }: Lookup,
  repository: string,
  besides: readonly FoundChange[],
  stop: AbortSignal,
): Promise<Outcome<readonly FoundChange[]>> {
  const head = await forge.commit(repository, commit, stop);
  if (!head.ok) return head;
  return found([changeOf(head.value, repository, 'head'), ...besides]);
}

function changesOf({ commits, more }: Comparison, repository: string): readonly FoundChange[] {
  const changes = commits.filter(({ merge }) => !merge).map((commit) => changeOf(commit, repository, 'compare'));
  if (more === 0) return changes;
  return [...changes, { known: false, sha: '', repository, reason: 'over_limit', number: more }];
}

/** A commit without a date is as good as one that was not found. */
export function changeOf(
  { sha, at }: Pick<Commit, 'sha' | 'at'>,
  repository: string,
  origin: Extract<FoundChange, { known: true }>['origin'],
): FoundChange {
  return at === null
    ? { known: false, sha, repository, reason: 'not_found', number: 1 }
    : { known: true, sha, repository, committedAt: at, origin };
}

/** The one change that a deployment is known to have brought, where nothing else is. */
export function unknown(
  { commit, lookup }: Pick<Lookup, 'commit' | 'lookup'>,
  reason: Extract<FoundChange, { known: false }>['reason'],
): Extract<FoundChange, { known: false }> {
  return { known: false, sha: commit, repository: lookup['repository'] ?? '', reason, number: 1 };
}

function found(value: readonly FoundChange[]): Outcome<readonly FoundChange[]> {
  return { ok: true, value };
}
