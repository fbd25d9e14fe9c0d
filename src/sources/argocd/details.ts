/** Beyond this many characters a message says nothing new to a person. */
const LONGEST_MESSAGE = 500;
const MOST_IMAGES = 20;

interface Sourced {
  readonly revisions: readonly string[];
  readonly sources: readonly unknown[];
  readonly initiatedBy: string;
}

interface Facts {
  readonly history_id?: number;
  readonly phase?: string;
  readonly message?: string;
  readonly images?: readonly string[];
  readonly retries?: number;
  readonly end?: string;
}

/**
 * What people want to know of an attempt, and what its commits are found by: all revisions with the repositories that
 * they are of, in the same order, and the images that were named.
 */
export function detailsOf(
  { revisions, sources, initiatedBy }: Sourced,
  { images = [], message = '', ...facts }: Facts,
): Readonly<Record<string, string | number>> {
  const repositories = sources.map(repositoryOf);
  return {
    ...facts,
    ...(message === '' ? {} : { message: shortened(message) }),
    ...(initiatedBy === '' ? {} : { initiated_by: initiatedBy }),
    ...(revisions.length === 0 ? {} : { revisions: revisions.join(' ') }),
    ...(repositories.every((url) => url === '') ? {} : { repositories: repositories.join(' ') }),
    ...(images.length === 0 ? {} : { images: images.slice(0, MOST_IMAGES).join(' ') }),
  };
}

/** Cut between characters, never within one. */
function shortened(message: string): string {
  return [...message].slice(0, LONGEST_MESSAGE).join('');
}

function repositoryOf(source: unknown): string {
  const url = (source as { repoURL?: unknown } | null)?.repoURL;
  return typeof url === 'string' ? url : '';
}
