import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDERS = fileURLToPath(new URL('../../../scripts/check-tools', import.meta.url));

/** The path of what `scripts/install-NAME` installed, which is `file` in its folder. Throws what to do if it is not there. */
export function checkTool(name: string, file: string): string {
  const path = join(execFileSync(FOLDERS, [name], { encoding: 'utf8' }).trim(), file);
  if (!existsSync(path)) throw new Error(`there is no ${path}: run scripts/install-${name}`);
  return path;
}
