import type { FailureReason } from '../../domain/observation.ts';
import type { Trouble } from '../../notify/trouble.ts';
import type { Finding, Findings } from './finding.ts';

/** By what was wrong on the way there. */
const WAYS: Readonly<Partial<Record<FailureReason, string>>> = {
  tls: 'set notify.matrix.ca_file to the certificate authority that signed the certificate, and check that homeserver has the name in it',
  dns: 'check the spelling of notify.matrix.homeserver, and the DNS of this machine or pod',
  bad_response:
    'set notify.matrix.homeserver to the address of its client-server API, and not to a web client or a login page',
};

const REMEDIES = {
  unauthorized: 'make a new token, and put it into token_file',
  forbidden: 'invite the user of the token to the room',
  not_found: 'check the alias or id of the room',
} as const;

/** What a homeserver did not do, and what a person can do about it, as the last finding. */
export function told(findings: Findings, trouble: Trouble): readonly Finding[] {
  const way = trouble.onTheWay === undefined ? undefined : WAYS[trouble.onTheWay];
  const remedy =
    trouble.kind === 'blocked'
      ? REMEDIES[trouble.reason]
      : (way ?? 'check notify.matrix.homeserver, and the way there from this machine');
  findings.add('problem', trouble.detail, remedy);
  return findings.all;
}
