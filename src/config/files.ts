import { resolve } from 'node:path';
import type { Files } from '../sources/setting-pieces.ts';
import { readableFile } from './regular-file.ts';
import { fileSecret } from './secret.ts';
import { type OpenedWebFile, WebFile } from './web-file/web-file.ts';

/** What the whole configuration needs of the world, beyond what its sources do. */
export interface ConfigFiles extends Files {
  /** The exporter toolkit's web configuration in a file. */
  web(name: string): OpenedWebFile;
}

/** Files named relative to `folder`. `report` hears of secrets and web configurations whose files go bad later. */
export function filesIn(folder: string, report: (problem: string) => void): ConfigFiles {
  return {
    path: (name) => resolve(folder, name),
    existing: (name) => readableFile(resolve(folder, name)),
    secret: (name) => fileSecret(resolve(folder, name), report),
    web: (name) => WebFile.open(resolve(folder, name), report),
  };
}
