import type { Trouble } from './upstream.ts';

const DNS = /^(ENOTFOUND|ENODATA|EAI_\w+)$/;
const TIMEOUT = /^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/;
/** OpenSSL's names for what can be wrong with a certificate, as Node.js passes them on, and its own. */
const TLS =
  /^(EPROTO|ERR_(TLS|SSL|OSSL)_\w+|(CERT|CRL|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|ERROR_IN|INVALID)_\w+|HOSTNAME_MISMATCH|PATH_LENGTH_EXCEEDED)$/;
/** What came was not HTTP as it should be. */
const BAD_RESPONSE = /^(HTTPParserError|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/;
/** Any other error number of the operating system ends the connection as well. */
const CONNECT = /^(UND_ERR_SOCKET|E[A-Z0-9]+)$/;

/**
 * Why an exchange broke off, by the error's code, never by its text. With an answer already begun (`answered`), a lost
 * connection means that the answer is not whole. Null for an error that no network makes: a bug.
 */
export function networkTrouble(error: unknown, answered: boolean): Trouble | null {
  const cause = firstOf(error);
  const code = codeOf(cause);
  const detail = cause instanceof Error ? cause.message.slice(0, 200) : '';
  if (code === 'UND_ERR_INVALID_ARG' && detail === 'invalid authorization header') {
    return { reason: 'unauthorized', detail: 'the token holds characters that no header can carry' };
  }
  if (DNS.test(code)) return { reason: 'dns', detail };
  if (TIMEOUT.test(code)) return { reason: 'timeout', detail };
  if (TLS.test(code)) return { reason: 'tls', detail };
  if (BAD_RESPONSE.test(code)) return { reason: 'bad_response', detail };
  if (!CONNECT.test(code)) return null;
  return answered
    ? { reason: 'bad_response', detail: `the answer broke off: ${detail}` }
    : { reason: 'connect', detail };
}

/** A host with several addresses fails with one error for each; the list itself has no text. */
function firstOf(error: unknown): unknown {
  return error instanceof AggregateError ? (error.errors[0] ?? error) : error;
}

/** undici's error for what is not HTTP has a name alone. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
