import type { Config } from '../config/config.ts';
import { loadProcessConfig } from '../config/load.ts';

/** The configuration of a subcommand that uses the ledger's file. */
export type Configured =
  | { readonly ok: true; readonly config: Config; readonly file: string }
  /** What is wrong has been said; this is the exit code. */
  | { readonly ok: false; readonly code: 2 };

/** Loads the configuration as the daemon would. `elsewhere` is what to say of a ledger that is in no file. */
export function configured(configFile: string | null, elsewhere: string): Configured {
  const loaded = loadProcessConfig({ configFile, listenAddress: null, logLevel: null, check: false }, complain);
  if (!loaded.ok) {
    for (const problem of loaded.problems) complain(problem);
    return { ok: false, code: 2 };
  }
  const { config } = loaded;
  if (config.ledger.kind === 'sqlite') return { ok: true, config, file: config.ledger.file };
  complain(elsewhere);
  return { ok: false, code: 2 };
}

/** Says a line on standard error. */
export function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}
