/** An image whose tag may name a commit, and the repositories that may have it. */
export interface TaggedImage {
  /** At least seven hexadecimal digits. */
  readonly sha: string;
  /** Those to be asked, in order. */
  readonly repositories: readonly string[];
}

/** As `git describe` writes it, with a `g` before it. */
const SHA_IN_TAG = /^g?([0-9a-f]{7,40})$/;

/**
 * The commits that images' tags name (counting.md §6): a part of the tag that is at least seven hexadecimal digits. An
 * image's path says which repository built it, as registries of forges have it; else the app may be named after it.
 */
export function commitsInTags(images: readonly string[], app: string): readonly TaggedImage[] {
  return images.flatMap((image) => {
    const { path, tag } = partsOf(image);
    const sha = tag
      .split(/[^0-9a-z]/)
      .flatMap((part) => SHA_IN_TAG.exec(part)?.[1] ?? [])
      .at(0);
    if (sha === undefined) return [];
    const named = app.includes('/') ? [app] : [];
    return [{ sha, repositories: [...new Set([...prefixesOf(path), ...named])] }];
  });
}

/** `registry:5000/owner/name/image:tag@digest`: what stands between the registry and the tag, and the tag. */
function partsOf(image: string): { readonly path: readonly string[]; readonly tag: string } {
  const segments = (image.split('@')[0] ?? '').split('/');
  const [last = '', tag = ''] = (segments.pop() ?? '').split(':');
  const [host = ''] = segments;
  const withoutHost = /[.:]|^localhost$/.test(host) ? segments.slice(1) : segments;
  return { path: [...withoutHost, last], tag: tag.toLowerCase() };
}

/** The longest first: a repository may lie in groups, and an image below it. */
function prefixesOf(path: readonly string[]): readonly string[] {
  return path.map((_, index) => path.slice(0, path.length - index).join('/')).filter((one) => one.includes('/'));
}
