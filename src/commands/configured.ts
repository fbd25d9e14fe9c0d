import type { Config } from '../config/config.ts';
import { ledgerPlace } from '../config/ledger-place.ts';
import { loadProcessConfig } from '../config/load.ts';
import type { LedgerPlace } from '../ledger/open-store.ts';

/** The configuration of a subcommand that uses the ledger. */
export type Configured =
  | { readonly ok: true; readonly config: Config; readonly place: LedgerPlace }
  /** What is wrong has been said; this is the exit code. */
  | { readonly ok: false; readonly code: 2 };

/** Loads the configuration as the daemon would. */
export function configured(configFile: string | null): Configured {
  const loaded = loadProcessConfig({ configFile, listenAddress: null, logLevel: null, check: false }, complain);
  if (!loaded.ok) {
    for (const problem of loaded.problems) complain(problem);
    return { ok: false, code: 2 };
  }
  const { config } = loaded;
  return { ok: true, config, place: ledgerPlace(config) };
}

/** Says a line on standard error. */
export function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}
