import type { FoundChange, Lookup } from '../domain/change.ts';
import { changeOf, unknown } from './compare-deployments.ts';
import type { Forge } from './forges/forge.ts';
import { commitsInTags } from './image-tags.ts';
import type { Find } from './ports.ts';
import type { AskRevision } from './revision-metadata.ts';
import type { Outcome } from './trouble.ts';

const SHA = /^[0-9a-f]{7,64}$/i;

interface Source {
  readonly index: number;
  readonly repository: string;
  readonly revision: string;
}

/**
 * The changes of an Argo CD deployment: per git source whose revision is another than its predecessor's, the first that
 * there is of a trailer's commit, the commits in images' tags (with a forge to look them up in), and the revision's own
 * date (counting.md §6). A change of parameters alone delivers nothing.
 */
export function byRevisions(ask: AskRevision, forge: Forge | null): Find {
  return async (lookup, stop) => {
    const before = new Set(sourcesOf(lookup.predecessor).map(nameOf));
    const changed = sourcesOf(lookup).filter((source) => !before.has(nameOf(source)));
    if (changed.length === 0) return { ok: true, value: [] };
    const sources = changed.filter(({ revision }) => SHA.test(revision));
    // Helm charts' versions have no date.
    if (sources.length === 0) return { ok: true, value: [{ ...unknown(lookup, 'no_commit'), sha: '' }] };

    const changes: FoundChange[] = [];
    for (const source of sources) {
      const found = await changesOf(ask, forge, lookup, source, stop);
      if (!found.ok) return found;
      changes.push(...found.value);
    }
    return { ok: true, value: changes };
  };
}

async function changesOf(
  ask: AskRevision,
  forge: Forge | null,
  lookup: Lookup,
  source: Source,
  stop: AbortSignal,
): Promise<Outcome<readonly FoundChange[]>> {
  const { repository, revision } = source;
  const asked = await ask(lookup, source, stop);
  if (!asked.ok) return asked;
  const { references, at } = asked.value;
  if (references.length > 0) {
    const referred = references.map((one) =>
      changeOf({ sha: one.sha || revision, at: one.at }, one.repository || repository, 'reference'),
    );
    return { ok: true, value: referred };
  }
  if (forge !== null) {
    const tagged = await inTags(forge, lookup, stop);
    if (!tagged.ok || tagged.value.length > 0) return tagged;
  }
  return { ok: true, value: [changeOf({ sha: revision, at }, repository, 'revision')] };
}

/** Commits that tags of images name which the deployment before had not. A tag that names none is another's. */
async function inTags(
  forge: Forge,
  { details, predecessor, target }: Lookup,
  stop: AbortSignal,
): Promise<Outcome<readonly FoundChange[]>> {
  const before = new Set(wordsOf(predecessor?.details['images']));
  const fresh = wordsOf(details['images']).filter((image) => !before.has(image));
  const changes: FoundChange[] = [];
  for (const { sha, repositories } of commitsInTags(fresh, target.app)) {
    for (const repository of repositories) {
      const commit = await forge.commit(repository, sha, stop);
      if (commit.ok) changes.push(changeOf(commit.value, repository, 'image_tag'));
      else if (commit.trouble.reason !== 'not_found') return commit;
      if (commit.ok) break;
    }
  }
  return { ok: true, value: changes };
}

function sourcesOf(deployed: Pick<Lookup, 'details'> | null): readonly Source[] {
  if (deployed === null) return [];
  const repositories = wordsOf(deployed.details['repositories']);
  return wordsOf(deployed.details['revisions']).map((revision, index) => ({
    index,
    revision,
    repository: repositories[index] ?? '',
  }));
}

function nameOf({ repository, revision }: Source): string {
  return `${repository} ${revision}`;
}

/** Texts that were joined by single spaces; one of them may be empty. */
function wordsOf(joined: string | number | undefined): readonly string[] {
  return joined === undefined || joined === '' ? [] : String(joined).split(' ');
}
