import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreFailure } from '../../domain/store-failure.ts';
import { openLedgerReader } from '../../ledger/open-reader.ts';
import type { LedgerPlace } from '../../ledger/open-store.ts';
import { lookAtPostgres } from '../../ledger/postgres/look.ts';
import type { PostgresAccess } from '../../ledger/postgres/pool.ts';
import { type Finding, Findings } from './finding.ts';

const LOW_BYTES = 512 * 1024 ** 2;
/** A write-ahead log of SQLite's usual size, 4 MiB, must fit, and then some. */
const FULL_BYTES = 16 * 1024 ** 2;

/** Looks at the ledger, which may be in use. */
export async function lookAtLedger(place: LedgerPlace): Promise<readonly Finding[]> {
  return 'file' in place ? await lookAtFolder(place.file) : await lookAtDatabase(place.postgres);
}

async function lookAtDatabase(access: PostgresAccess): Promise<readonly Finding[]> {
  const findings = new Findings('ledger');
  try {
    const looked = await lookAtPostgres(access);
    const database = `${access.address.database} on PostgreSQL ${looked.version}`;
    if (!looked.mayWrite) {
      const says = `the user ${looked.user} may not make tables in the schema ${looked.schema} of ${database}`;
      findings.add('problem', says, 'grant it: see docs/postgresql.md');
    }
    if (looked.state === 'new')
      findings.add('note', `${database} is empty: the daemon makes its tables at its first start`);
    else if (looked.state === 'older')
      findings.add('note', `${database} is of an older version: the daemon's next start brings it up to date`);
    else findings.add('ok', `${database} can be read, and is of this version`);
    if (looked.encrypted) findings.add('ok', 'the way to it is encrypted');
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error;
    findings.add('problem', error.message, 'see docs/postgresql.md for the role, the database, TLS and the password');
  }
  return findings.all;
}

/** Looks at a ledger in a file: whether it is there, of this version, and has room to grow. */
async function lookAtFolder(file: string): Promise<readonly Finding[]> {
  const findings = new Findings('ledger');
  // The daemon makes what is missing.
  const folder = existing(dirname(file));
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    findings.add('problem', `the folder ${folder} cannot be written to`, 'let the user of the daemon own it');
  }
  if (existsSync(file)) await lookAtFile(file, findings);
  else findings.add('note', `${file} is not there yet: the daemon makes it at its first start`);
  const { bavail, bsize } = statfsSync(folder);
  const free = `${Math.floor((bavail * bsize) / 1024 ** 2)} MiB are free on its disk`;
  if (bavail * bsize >= LOW_BYTES) findings.add('ok', free);
  else {
    const level = bavail * bsize < FULL_BYTES ? 'problem' : 'warning';
    findings.add(level, free, 'make room: a full disk stops all recording');
  }
  return findings.all;
}

/** The folder, or the nearest above it that is there. */
function existing(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : existing(dirname(folder));
}

async function lookAtFile(file: string, findings: Findings): Promise<void> {
  try {
    await using _reader = await openLedgerReader({ file });
    findings.add('ok', `${file} can be read, and is of this version`);
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error;
    findings.add('problem', error.message, 'give the daemon another file, or the backup of this one');
  }
}
