import { dirname, resolve } from 'node:path';
import { tlsMode, type WebConfiguration, type WebConfigurationFile } from '../../http/web-configuration.ts';
import { explain, problemLines } from '../problems.ts';
import { readRegularFile, stampOf } from '../regular-file.ts';
import { parseYaml } from '../yaml.ts';
import { type WebFileContent, webFileSchema, withoutBlanks } from './schema.ts';

/** The web configuration file, opened; or all that is wrong with it. */
export type OpenedWebFile =
  | { readonly ok: true; readonly value: WebFile }
  | { readonly ok: false; readonly problems: readonly string[] };

type Look = { readonly stamps: ReadonlyMap<string, string | null> } & (
  | { readonly ok: true; readonly content: WebFileContent }
  | { readonly ok: false; readonly problems: readonly string[] }
);

/**
 * The web configuration file with all that it names, read again whenever one of them has changed. While they are bad,
 * what was good last stays in use, and `report` hears of each bad state once.
 */
export class WebFile implements WebConfigurationFile {
  readonly path: string;
  readonly warnings: readonly string[];
  readonly #report: (problem: string) => void;
  #configuration: WebConfiguration;
  /** Of every file that was looked at, null for one that was not there. */
  #stamps: ReadonlyMap<string, string | null>;

  private constructor(path: string, look: Look & { readonly ok: true }, report: (problem: string) => void) {
    this.path = path;
    this.warnings = look.content.warnings;
    this.#configuration = look.content.configuration;
    this.#stamps = look.stamps;
    this.#report = report;
  }

  static open(path: string, report: (problem: string) => void): OpenedWebFile {
    const look = lookAt(path);
    return look.ok ? { ok: true, value: new WebFile(path, look, report) } : look;
  }

  current(): WebConfiguration {
    // One stat for each file costs microseconds, and needs no watcher that could miss a change.
    if ([...this.#stamps].every(([file, stamp]) => stampOf(file) === stamp)) return this.#configuration;
    const look = lookAt(this.path);
    this.#stamps = look.stamps;
    const problems = look.ok ? this.#restartProblems(look.content.configuration) : look.problems;
    if (look.ok && problems.length === 0) this.#configuration = look.content.configuration;
    for (const problem of problems) this.#report(`${problem}; the last good one stays in use`);
    return this.#configuration;
  }

  /** What the running server cannot take over. */
  #restartProblems(next: WebConfiguration): string[] {
    const [was, is] = [tlsMode(this.#configuration), tlsMode(next)];
    return was === is
      ? []
      : [`${this.path}: tls_server_config has changed from ${was} to ${is}, which takes a restart`];
  }

  /** Holds hashes and a private key, which are nobody's business. */
  toJSON(): string {
    return this.path;
  }
}

function lookAt(path: string): Look {
  const stamps = new Map<string, string | null>();
  const read = (name: string) => {
    const file = resolve(dirname(path), name);
    // Older than what is read: a write in between shows as a change at the next look.
    stamps.set(file, stampOf(file));
    const content = readRegularFile(file);
    return content.ok ? { ok: true as const, value: content.value.text } : content;
  };
  const text = read(path);
  if (!text.ok) return { ok: false, problems: [text.problem], stamps };
  const document = parseYaml(text.value);
  if (!document.ok) return { ok: false, problems: document.problems.map((problem) => `${path}: ${problem}`), stamps };
  const parsed = webFileSchema(read).safeParse(withoutBlanks(document.value), { error: explain, reportInput: false });
  if (parsed.success) return { ok: true, content: parsed.data, stamps };
  return { ok: false, problems: problemLines(parsed.error, (key) => `${path}: ${key}`), stamps };
}
