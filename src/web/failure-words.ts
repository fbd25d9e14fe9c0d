import type { FailureReason } from '../domain/observation.ts';

/** What a failed poll means, and what to do about it. */
export const FAILURE_WORDS: Readonly<Record<FailureReason, string>> = {
  dns: 'Its name cannot be resolved: check the URL, and the name server.',
  connect: 'No connection: it is down, or a firewall stands in between.',
  tls: 'Its certificate is not trusted: set ca_file, or mend the certificate.',
  timeout: 'It did not answer in time.',
  unauthorized: 'The token is not accepted: it is wrong, expired or revoked.',
  forbidden: 'The token may not do this: it lacks a permission.',
  not_found: 'There is nothing at this address: check the URL and its path.',
  rate_limited: 'It asked to be left alone for a while: too many requests.',
  server_error: 'It failed on its side.',
  bad_response: 'Its answer makes no sense: a proxy in between, or a version that is not known.',
  too_large: 'Its answer is too large: ask for less of it.',
  store: 'The ledger did not take what was read; it is read again.',
  internal: 'A fault of this program: please report it, with the log.',
};

/** What stops a room of the notifier. */
export const BLOCKED_WORDS: Readonly<Record<string, string>> = {
  unauthorized: 'the homeserver does not accept the token',
  forbidden: 'the account may not write to the room: invite it, or give it the right',
  not_found: 'there is no such room',
};
