import { filesIn } from '../config/files.ts';
import { ledgerPlace } from '../config/ledger-place.ts';
import { readLedger } from '../config/ledger-settings.ts';
import type { MigrateFlags } from '../config/migrate-flags.ts';
import type { Clock } from '../domain/clock.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import type { LedgerPlace } from '../ledger/open-store.ts';
import { type MovedRows, transferLedger } from '../ledger/transfer/transfer.ts';
import { complain } from './configured.ts';

/**
 * Moves a ledger to another store and says what was moved, a line for each table; the exit code: 1 when nothing was moved,
 * 2 when the command line names no two ledgers. Files are named relative to `folder`.
 */
export async function migrateLedger(
  flags: MigrateFlags,
  clock: Pick<Clock, 'monotonic'>,
  folder: string,
): Promise<number> {
  const places = placesOf(flags, folder);
  if (!places.ok) {
    complain(places.problem);
    return 2;
  }
  const { from, to } = places;
  const begun = clock.monotonic();
  let [tables, rows] = [0, 0];
  try {
    await transferLedger({
      from,
      to,
      dryRun: flags.dryRun,
      onTable(moved) {
        tables += 1;
        rows += moved.rows;
        tell(lineOf(moved));
      },
    });
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error;
    complain(`nothing was moved: ${error.message}`);
    return 1;
  }
  const seconds = Math.ceil((clock.monotonic() - begun) / 1000);
  const did = flags.dryRun ? 'dry run, nothing was moved: it would have been' : 'moved';
  tell(`${did} ${rows} rows of ${tables} tables in ${seconds} s; each table was read back and is the same, row by row`);
  return 0;
}

type Places =
  | { readonly ok: true; readonly from: LedgerPlace; readonly to: LedgerPlace }
  | { readonly ok: false; readonly problem: string };

function placesOf({ from, to, passwordFile }: MigrateFlags, folder: string): Places {
  const files = filesIn(folder, complain);
  const password = passwordFile === null ? null : files.secret(passwordFile);
  if (password?.ok === false) return { ok: false, problem: `--ledger-password-file: ${password.problem}` };
  const ledgerPassword = password?.value ?? null;
  const [source, target] = [readLedger(from, files), readLedger(to, files)];
  if (!source.ok) return { ok: false, problem: `--from: ${source.problem}` };
  if (!target.ok) return { ok: false, problem: `--to: ${target.problem}` };
  return {
    ok: true,
    from: ledgerPlace({ ledger: source.value, ledgerPassword }),
    to: ledgerPlace({ ledger: target.value, ledgerPassword }),
  };
}

function lineOf({ table, rows, changed, sha256 }: MovedRows): string {
  const nul = changed === 0 ? '' : `, ${changed} with a NUL character that U+FFFD stands for now`;
  return `${table}: ${rows} rows, sha256 ${sha256.slice(0, 16)}${nul}`;
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}
