import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { z } from 'zod';
import { CLIENT_AUTH_TYPES, type ClientAuthType, type TlsConfiguration } from '../../http/web-configuration.ts';
import { type Reading, strict } from '../../sources/setting-pieces.ts';
import { certificates, privateKey } from './pem.ts';
import { CIPHER_SUITES, CURVES, cipherList, TLS_VERSIONS } from './tls-names.ts';

/** Reads a file that the web configuration file names, relative to its own folder. */
export type ReadFile = (name: string) => Reading<string>;

/** An older name of the toolkit's, which it still takes. */
const REQUIRE_CLIENT_CERT = 'RequireClientCert';

/** What was given inline or in a file. */
interface Given<T> {
  readonly text: string;
  readonly parsed: T;
}

/** `tls_server_config`. */
export function tlsSettings(read: ReadFile) {
  const version = () => z.enum(Object.keys(TLS_VERSIONS));
  return strict({
    cert: z.string().optional(),
    cert_file: z.string().optional(),
    // Never shown, whatever it is.
    key: z.string({ error: 'not a text; give a private key in PEM' }).optional(),
    key_file: z.string().optional(),
    client_ca: z.string().optional(),
    client_ca_file: z.string().optional(),
    client_auth_type: z.enum([REQUIRE_CLIENT_CERT, ...CLIENT_AUTH_TYPES]).prefault('NoClientCert'),
    client_allowed_sans: z.array(z.string()).min(1).optional(),
    min_version: version().prefault('TLS12'),
    max_version: version().prefault('TLS13'),
    cipher_suites: z.array(z.enum(CIPHER_SUITES)).prefault([]),
    prefer_server_cipher_suites: z.boolean().prefault(true),
    curve_preferences: z.array(z.enum(Object.keys(CURVES))).prefault([]),
  }).transform((keys, context): TlsConfiguration => {
    const problems: Problem[] = [];
    const cert = pem('cert', certificates);
    const key = pem('key', privateKey);
    const ca = pem('client_ca', certificates);
    if (cert === undefined) problems.push(['cert_file', 'missing; give the path of the certificate of this server']);
    if (key === undefined) problems.push(['key_file', 'missing; give the path of the private key of this server']);
    if (cert && key && !cert.parsed[0].checkPrivateKey(key.parsed))
      problems.push(['key_file', 'not the private key of the certificate; give both of one pair']);

    const clientAuth = keys.client_auth_type === REQUIRE_CLIENT_CERT ? 'RequireAnyClientCert' : keys.client_auth_type;
    problems.push(...clientProblems(clientAuth, ca !== undefined, keys.client_allowed_sans));
    const minVersion = TLS_VERSIONS[keys.min_version] ?? 'TLSv1.2';
    const maxVersion = TLS_VERSIONS[keys.max_version] ?? 'TLSv1.3';
    if (minVersion > maxVersion) problems.push(['min_version', 'newer than max_version; give at most that']);

    const ciphers = cipherList(keys.cipher_suites, minVersion);
    const curves = keys.curve_preferences.map((curve) => CURVES[curve]).join(':');
    const options: SecureContextOptions = {
      ...(cert && key ? { cert: cert.text, key: key.text } : {}),
      ...(ca ? { ca: ca.text } : {}),
      ...(ciphers === null ? {} : { ciphers }),
      ...(curves === '' ? {} : { ecdhCurve: curves }),
      minVersion,
      maxVersion,
      honorCipherOrder: keys.prefer_server_cipher_suites,
    };
    if (problems.length === 0) problems.push(...refusals(options));
    for (const [path, message] of problems) context.addIssue({ code: 'custom', path: [path], message });
    return { context: options, clientAuth, allowedSans: keys.client_allowed_sans ?? null };

    /** Undefined when it is not given, null when it is bad. */
    function pem<T>(
      name: 'cert' | 'key' | 'client_ca',
      parse: (text: string) => Reading<T>,
    ): Given<T> | null | undefined {
      const inline = keys[name];
      const file = keys[`${name}_file`];
      if (inline !== undefined && file !== undefined) {
        problems.push([name, `given beside ${name}_file; give one of the two`]);
        return null;
      }
      const content: Reading<string> | null =
        file !== undefined ? read(file) : inline === undefined ? null : { ok: true, value: inline };
      if (content === null) return undefined;
      const parsed = content.ok ? parse(content.value) : content;
      if (content.ok && parsed.ok) return { text: content.value, parsed: parsed.value };
      if (!parsed.ok) problems.push([file === undefined ? name : `${name}_file`, parsed.problem]);
      return null;
    }
  });
}

type Problem = [key: string, problem: string];

function clientProblems(auth: ClientAuthType, ca: boolean, sans: readonly string[] | undefined): Problem[] {
  const problems: Problem[] = [];
  if (ca && auth === 'NoClientCert')
    problems.push(['client_auth_type', 'NoClientCert, beside a client_ca; give RequireAndVerifyClientCert']);
  // Node.js, as Go, would fall back on the public authorities: whoever buys a certificate would be let in.
  if (!ca && (auth === 'RequireAndVerifyClientCert' || auth === 'VerifyClientCertIfGiven'))
    problems.push(['client_ca_file', `missing; ${auth} needs the authority that signs the clients' certificates`]);
  if (sans !== undefined && auth !== 'RequireAnyClientCert' && auth !== 'RequireAndVerifyClientCert')
    problems.push([
      'client_allowed_sans',
      `without effect by ${auth}; give client_auth_type: RequireAndVerifyClientCert`,
    ]);
  return problems;
}

/** Why TLS cannot be served so: a key that is too weak for OpenSSL, for one. */
function refusals(options: SecureContextOptions): Problem[] {
  try {
    createSecureContext(options);
    return [];
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reason given';
    return [['cert_file', `OpenSSL refuses to serve TLS so (${code}); give another certificate, or other ciphers`]];
  }
}
