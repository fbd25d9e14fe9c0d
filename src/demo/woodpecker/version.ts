/** What a server's version says about its API; a development version (`next-...`, `dev`) is newer than every release. */
export interface Version {
  readonly major: number;
  readonly minor: number;
}

export function parseVersion(text: string): Version {
  const found = /^(\d+)\.(\d+)/.exec(text);
  if (found === null) return { major: 3, minor: Number.POSITIVE_INFINITY };
  return { major: Number(found[1]), minor: Number(found[2]) };
}

export function isAtLeast(version: Version, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}
