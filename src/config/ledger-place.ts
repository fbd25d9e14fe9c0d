import type { LedgerPlace } from '../ledger/open-store.ts';
import type { Config } from './config.ts';

/** Where the configuration says that the ledger is, for those who open it. */
export function ledgerPlace({ ledger, ledgerPassword }: Pick<Config, 'ledger' | 'ledgerPassword'>): LedgerPlace {
  return ledger.kind === 'sqlite'
    ? { file: ledger.file }
    : { postgres: { address: ledger.address, password: ledgerPassword } };
}
