import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ConfigPlace, type Loaded, loadConfig } from '../../src/config/load.ts';

/** A folder of its own for one test's configuration; gone when disposed of. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'dora-config-'));

  /** Writes a file and says where it is. */
  write(name: string, content: string): string {
    const file = join(this.path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  /** Loads `yaml` as `dora.yml` in this folder, without an environment. */
  load(yaml: string, place: Partial<ConfigPlace> = {}): Loaded {
    this.write('dora.yml', yaml);
    return loadConfig({ file: 'dora.yml', env: {}, cwd: this.path, report: unexpected, ...place });
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

/** The problems of a configuration that must be refused. */
export function problemsOf(loaded: Loaded): readonly string[] {
  if (loaded.ok) throw new Error('the configuration was accepted');
  return loaded.problems;
}

/** The configuration that must be accepted. */
export function configOf(loaded: Loaded): Extract<Loaded, { ok: true }>['config'] {
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

function unexpected(problem: string): never {
  throw new Error(`reported: ${problem}`);
}

/** One Woodpecker source with more keys; the token is in `token`. */
export function woodpecker(keys = ''): string {
  const lines = keys.split('\n').map((line) => `    ${line}`);
  return `sources:\n  - type: woodpecker\n    url: https://ci.example.org\n    token_file: token\n${lines.join('\n')}\n`;
}
