import { join } from 'node:path';
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts';
import { quickClock, temporaryFolder } from '../ledger/sqlite-store.ts';
import { RULES } from '../ledger/support.ts';

/** A new ledger, and the file in which commands find it. */
export async function openInFile(): Promise<AsyncDisposable & { readonly ledger: Ledger; readonly file: string }> {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'ledger.db');
  const ledger = await openLedger({ file, rules: RULES, plan: () => [], clock: quickClock(), observe: () => {} });
  return {
    ledger,
    file,
    async [Symbol.asyncDispose]() {
      await ledger.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
