/** Where a database is and how it is reached, as a `postgres://` URL says. It never holds a password. */
export interface PostgresAddress {
  /** As an operator wrote it. */
  readonly url: string;
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Null: PGUSER, or the user of the process, as every client of PostgreSQL has it. */
  readonly user: string | null;
  readonly tls: PostgresTls;
}

/** Of the files these are the names, as given. */
export interface PostgresTls {
  /**
   * What libpq means by it (https://www.postgresql.org/docs/15/libpq-ssl.html): `require` encrypts to whoever answers,
   * `verify-ca` asks for a certificate of a known authority, `verify-full` for one with the host's name as well.
   */
  readonly mode: SslMode;
  /** The authority's certificates in PEM; null: those that Node.js knows. */
  readonly caFile: string | null;
  /** The client's own certificate and key, in PEM: both or none. */
  readonly certFile: string | null;
  readonly keyFile: string | null;
}

const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

const RIGHT = 'postgres://USER@HOST/DATABASE';
const PARAMETERS = ['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'];
const DEFAULT_PORT = 5432;

export type ReadAddress =
  | { readonly ok: true; readonly address: PostgresAddress }
  /** One sentence that never quotes the URL, which may hold a password. */
  | { readonly ok: false; readonly problem: string };

/**
 * Reads a URL as libpq does, but for what would be a guess: the host must be named, no parameter is ignored, and nothing
 * falls back to plain text by itself. Without `sslmode` an authority's file means `verify-full`, and none `disable`.
 */
export function readPostgresUrl(text: string): ReadAddress {
  const url = URL.parse(text);
  const database = part(url?.pathname.slice(1) ?? '');
  if (url === null || !/^postgres(ql)?:\/\//.test(text) || database === '' || database === null) {
    return wrong(`not a store that is known; give sqlite:FILE or ${RIGHT}`);
  }
  if (url.password !== '' || url.searchParams.has('password')) {
    return wrong('has a password in it; give it by ledger_password_file, PGPASSFILE or PGPASSWORD');
  }
  const unknown = [...url.searchParams.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) return wrong(`has an unknown parameter ${unknown}; known are ${PARAMETERS.join(', ')}`);
  const given = (name: string) => url.searchParams.get(name) || null;

  const host = given('host') ?? part(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  if (host === '' || host === null) return wrong(`names no host; give ${RIGHT}, or host=FOLDER for a Unix socket`);
  const user = part(url.username);
  if (user === null) return wrong('has a user that is not percent-encoded as URLs are');
  const caFile = given('sslrootcert');
  const mode = given('sslmode') ?? (caFile === null ? 'disable' : 'verify-full');
  if (!isSslMode(mode)) return wrong(`has an sslmode that is not one of ${SSL_MODES.join(', ')}`);
  const [certFile, keyFile] = [given('sslcert'), given('sslkey')];
  if ((certFile === null) !== (keyFile === null)) return wrong('needs sslcert and sslkey together, or none of them');
  if (mode === 'disable' && (caFile ?? certFile) !== null) return wrong('has certificates, but sslmode=disable');
  if (mode === 'require' && caFile !== null) return wrong('has sslrootcert: give sslmode=verify-full, or verify-ca');
  const port = url.port === '' ? DEFAULT_PORT : Number(url.port);
  const tls = { mode, caFile, certFile, keyFile };
  return { ok: true, address: { url: text, host, port, database, user: user === '' ? null : user, tls } };
}

/** What a part of a URL stands for; null where it stands for nothing. */
function part(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function isSslMode(text: string): text is SslMode {
  return SSL_MODES.some((mode) => mode === text);
}

function wrong(problem: string): ReadAddress {
  return { ok: false, problem };
}
