import type { SecureContextOptions } from 'node:tls';

/** The policies of Go's `crypto/tls`, by which the exporter toolkit's file names them. */
export const CLIENT_AUTH_TYPES = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;

export type ClientAuthType = (typeof CLIENT_AUTH_TYPES)[number];

/** TLS, with the content of all files. A change of any of them gives another object. */
export interface TlsConfiguration {
  readonly context: SecureContextOptions;
  readonly clientAuth: ClientAuthType;
  /** Subject alternative names, of which a client's certificate must have one; null: any will do. */
  readonly allowedSans: readonly string[] | null;
}

/** What the exporter toolkit's web configuration file says. */
export interface WebConfiguration {
  /** Null: plain HTTP. */
  readonly tls: TlsConfiguration | null;
  /** Stand over the program's own on every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** User names and the bcrypt hashes of their passwords; empty: nobody is asked. */
  readonly users: ReadonlyMap<string, string>;
  /** A token every `intervalMs` milliseconds, and at most `burst` of them saved up; null: no limit. */
  readonly rateLimit: { readonly intervalMs: number; readonly burst: number } | null;
}

/** The file as it is now: asked at each connection and request, so that a change holds from the next one on. */
export interface WebConfigurationFile {
  current(): WebConfiguration;
}

/** Without a file: plain HTTP, open to everybody. */
export const NO_WEB_CONFIGURATION: WebConfiguration = { tls: null, headers: {}, users: new Map(), rateLimit: null };

/** What of TLS a running server cannot change. */
export function tlsMode({ tls }: WebConfiguration): 'off' | 'on' | 'on, with client certificates' {
  if (tls === null) return 'off';
  return tls.clientAuth === 'NoClientCert' ? 'on' : 'on, with client certificates';
}
