/** Servers between releases name their commit or nothing: they are newer than every release that we know. */
const UNRELEASED = /^(next-|dev$)/;

/** Whether a server, or the server that made a row, is of at least this version. Empty is old. */
export function atLeast(version: string, major: number, minor: number): boolean {
  if (UNRELEASED.test(version)) return true;
  const [, has = 0, hasMinor = 0] = /^v?(\d+)\.(\d+)/.exec(version)?.map(Number) ?? [];
  return has > major || (has === major && hasMinor >= minor);
}

/** From here on a cancelled or timed-out pipeline says so, and rows name their version (facts: Woodpecker 3.14). */
export function tellsCancels(rowVersion: string): boolean {
  return atLeast(rowVersion, 3, 14);
}

/** From here on `/api/user/repos` shows each repository's newest pipeline (facts: Woodpecker 3.1). */
export function listsNewest(serverVersion: string): boolean {
  return atLeast(serverVersion, 3, 1);
}
