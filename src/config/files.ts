import { resolve } from 'node:path';
import type { Files } from '../sources/setting-pieces.ts';
import { readableFile } from './regular-file.ts';
import { fileSecret } from './secret.ts';

/** Files named relative to `folder`. `report` hears of secrets whose files go bad later. */
export function filesIn(folder: string, report: (problem: string) => void): Files {
  return {
    path: (name) => resolve(folder, name),
    existing: (name) => readableFile(resolve(folder, name)),
    secret: (name) => fileSecret(resolve(folder, name), report),
  };
}
