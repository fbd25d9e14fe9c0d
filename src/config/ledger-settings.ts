import { type Files, type Reading, reading } from '../sources/setting-pieces.ts';

/** Where the ledger is kept. */
export type LedgerSettings =
  /** `file` is an absolute path. */
  { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'postgres'; readonly url: string };

const RIGHT = 'sqlite:FILE or postgres://USER@HOST/DATABASE';

export function ledgerSettings(files: Files) {
  return reading(RIGHT, (text) => readLedger(text, files));
}

/** The text is never shown in a problem: it may hold a password. */
function readLedger(text: string, files: Files): Reading<LedgerSettings> {
  if (text.startsWith('sqlite:')) return readSqlite(text.slice('sqlite:'.length), files);
  const url = URL.parse(text);
  if (url === null || !/^postgres(ql)?:\/\//.test(text) || url.pathname.length < 2) {
    return { ok: false, problem: `not a store that is known; give ${RIGHT}` };
  }
  if (url.password !== '' || url.searchParams.has('password')) {
    const problem = 'has a password in it; give it by ledger_password_file, PGPASSFILE or PGPASSWORD';
    return { ok: false, problem };
  }
  return { ok: true, value: { kind: 'postgres', url: text } };
}

function readSqlite(name: string, files: Files): Reading<LedgerSettings> {
  if (name === '' || name === ':memory:') {
    return { ok: false, problem: 'names no file, so nothing would outlast a restart; give sqlite:FILE' };
  }
  return { ok: true, value: { kind: 'sqlite', file: files.path(name) } };
}
