import type { FailureReason } from '../../domain/observation.ts';

const REMEDIES: Readonly<Record<FailureReason, string>> = {
  dns: 'the host of url has no address here: check its spelling, and the DNS of this machine or pod',
  connect: 'nothing answers there: check host and port of url, the NetworkPolicy and the firewall',
  tls: 'set ca_file to the certificate authority that signed the certificate, and check that url has the name in it',
  timeout: 'the server is too slow or a firewall swallows packets: check the way there, or raise request_timeout',
  unauthorized: 'make a new token, and put it into the file of the token',
  forbidden: 'give the user of the token the permission to read this',
  not_found: 'check the path of url: is the server under another base path?',
  rate_limited: 'raise poll_interval, or ask for a larger quota',
  server_error: 'look at the log of the server',
  bad_response:
    'set url to the address of the server itself, with its base path, and not to a login page or a proxy before it',
  too_large: 'raise max_body, or let the source see less',
  store: 'look at the ledger',
  internal: 'this is a bug of dora-exporter: please report it',
};

/** What a person can do about an upstream that fails so. */
export function remedyFor(reason: FailureReason): string {
  return REMEDIES[reason];
}
