import { type PostgresAddress, readPostgresUrl } from '../ledger/postgres/address.ts';
import { type Files, type Reading, reading } from '../sources/setting-pieces.ts';

/** Where the ledger is kept. */
export type LedgerSettings =
  /** `file` is an absolute path. */
  | { readonly kind: 'sqlite'; readonly file: string }
  /** The paths of its certificates are absolute. */
  | { readonly kind: 'postgres'; readonly address: PostgresAddress };

const RIGHT = 'sqlite:FILE or postgres://USER@HOST/DATABASE';

export function ledgerSettings(files: Files) {
  return reading(RIGHT, (text) => readLedger(text, files));
}

/** Reads where a ledger is. The text is never shown in a problem: it may hold a password. */
export function readLedger(text: string, files: Pick<Files, 'path' | 'existing'>): Reading<LedgerSettings> {
  if (text.startsWith('sqlite:')) return readSqlite(text.slice('sqlite:'.length), files);
  const read = readPostgresUrl(text);
  if (!read.ok) return read;
  const { tls } = read.address;
  const paths: Partial<Record<'caFile' | 'certFile' | 'keyFile', string>> = {};
  for (const key of ['caFile', 'certFile', 'keyFile'] as const) {
    const name = tls[key];
    if (name === null) continue;
    const found = files.existing(name);
    if (!found.ok) return found;
    paths[key] = found.value;
  }
  return { ok: true, value: { kind: 'postgres', address: { ...read.address, tls: { ...tls, ...paths } } } };
}

function readSqlite(name: string, files: Pick<Files, 'path'>): Reading<LedgerSettings> {
  if (name === '' || name === ':memory:') {
    return { ok: false, problem: 'names no file, so nothing would outlast a restart; give sqlite:FILE' };
  }
  return { ok: true, value: { kind: 'sqlite', file: files.path(name) } };
}
