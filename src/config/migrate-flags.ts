import { type ReadFlags, textOf, type Values, wrong } from './command-flags.ts';

/** What `ledger migrate` is to move. */
export interface MigrateFlags {
  /** Ledgers as the configuration names them. */
  readonly from: string;
  readonly to: string;
  /** Of the password to PostgreSQL; null: PGPASSFILE or PGPASSWORD. */
  readonly passwordFile: string | null;
  readonly dryRun: boolean;
}

export const MIGRATE_TEXTS = ['from', 'to', 'ledger-password-file'] as const;
export const MIGRATE_SWITCHES = ['dry-run'] as const;

/** Reads the flags of `ledger migrate`; a sentence where they are not right. */
export function readMigrateFlags(values: Values, task: string): ReadFlags<MigrateFlags> {
  if (task !== 'migrate') return wrong(`ledger: "${task}" is no task of it; give ledger migrate`);
  const [from, to] = [textOf(values, 'from'), textOf(values, 'to')];
  const missing = from === null ? 'from' : 'to';
  if (from === null || to === null) {
    return wrong(`ledger migrate needs --${missing}; give sqlite:FILE or postgres://USER@HOST/DATABASE`);
  }
  const passwordFile = textOf(values, 'ledger-password-file');
  return { ok: true, flags: { from, to, passwordFile, dryRun: values['dry-run'] === true } };
}
