import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import type { Reading } from '../sources/setting-pieces.ts';

export interface FileContent {
  readonly text: string;
  /** Differs whenever another content has taken the file's place. */
  readonly stamp: string;
}

/** The content of a regular file. Reading a pipe or a device could wait for ever, so those are refused. */
export function readRegularFile(file: string): Reading<FileContent> {
  return attempt(file, (stamp) => ({ text: readFileSync(file, 'utf8'), stamp }));
}

/** The file's path when it is a regular file that this process may read. */
export function readableFile(file: string): Reading<string> {
  return attempt(file, () => {
    accessSync(file, constants.R_OK);
    return file;
  });
}

/** Null when there is no regular file. */
export function stampOf(file: string): string | null {
  const stamp = attempt(file, (found) => found);
  return stamp.ok ? stamp.value : null;
}

/** Follows links, so that a link swapped to another file is seen: so Kubernetes replaces secrets. */
function attempt<T>(file: string, use: (stamp: string) => T): Reading<T> {
  try {
    const found = statSync(file, { bigint: true });
    if (!found.isFile()) return { ok: false, problem: `${file} is not a regular file; give the path of one` };
    // The stamp is older than what is read: a write in between shows as a change at the next look.
    return { ok: true, value: use(`${found.dev}:${found.ino}:${found.size}:${found.mtimeNs}`) };
  } catch (error) {
    return { ok: false, problem: `${file} ${reason(error)}` };
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist; create it, or give another path';
  if (code === 'EACCES') return 'may not be read by this user; change its permissions, or give another path';
  return `cannot be read (${String(code ?? error)}); give another path`;
}
