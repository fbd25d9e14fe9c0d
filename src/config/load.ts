import { dirname, resolve } from 'node:path';
import type { Flags } from './command-line.ts';
import type { Config } from './config.ts';
import { type Environment, fromEnvironment } from './environment.ts';
import { type ConfigFiles, filesIn } from './files.ts';
import { deepFreeze } from './freeze.ts';
import { explain, problemLines } from './problems.ts';
import { readRegularFile } from './regular-file.ts';
import { configSchema } from './schema.ts';
import { fixedSecret } from './secret.ts';
import { warnings } from './warnings.ts';
import { parseYaml } from './yaml.ts';

/** Where the configuration is. */
export interface ConfigPlace {
  /** Null: the environment alone says what to poll. */
  readonly file: string | null;
  readonly env: Environment;
  /** What a relative `file` is relative to; without a file, all other paths too. */
  readonly cwd: string;
  /** Hears, later, of a secret whose file went bad. */
  readonly report: (problem: string) => void;
}

export type Loaded =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  /** All that is wrong, one line each, each with the file, the path, what is wrong and what would be right. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads and validates the configuration. */
export function loadConfig(place: ConfigPlace): Loaded {
  return place.file === null ? loadEnvironment(place) : loadFile(place, place.file);
}

/** The same for this process; what the command line says stands over the file. */
export function loadProcessConfig(flags: Flags, report: (problem: string) => void): Loaded {
  const loaded = loadConfig({ file: flags.configFile, env: process.env, cwd: process.cwd(), report });
  if (!loaded.ok) return loaded;
  const { config } = loaded;
  const web = { ...config.web, listenAddress: flags.listenAddress ?? config.web.listenAddress };
  const log = { ...config.log, level: flags.logLevel ?? config.log.level };
  return { ...loaded, config: deepFreeze({ ...config, web, log }) };
}

function loadFile(place: ConfigPlace, file: string): Loaded {
  const path = resolve(place.cwd, file);
  const content = readRegularFile(path);
  if (!content.ok) return { ok: false, problems: [`--config.file: ${content.problem}`] };
  const parsed = parseYaml(content.value.text);
  if (!parsed.ok) return { ok: false, problems: parsed.problems.map((problem) => `${file}: ${problem}`) };
  return validate(parsed.value, filesIn(dirname(path), place.report), file, (key) => key);
}

function loadEnvironment(place: ConfigPlace): Loaded {
  const given = fromEnvironment(place.env);
  if (!given.ok) return given;
  const files: ConfigFiles = {
    ...filesIn(place.cwd, place.report),
    secret: (variable) => fixedSecret('its value', place.env[variable] ?? ''),
  };
  return validate(given.document, files, 'environment', (key) => given.variables.get(key) ?? key);
}

function validate(document: unknown, files: ConfigFiles, origin: string, nameOf: (path: string) => string): Loaded {
  const read = configSchema(files).safeParse(document, { error: explain, reportInput: false });
  if (!read.success) {
    return { ok: false, problems: problemLines(read.error, nameOf).map((problem) => `${origin}: ${problem}`) };
  }
  return { ok: true, config: deepFreeze(read.data), warnings: warnings(read.data) };
}
