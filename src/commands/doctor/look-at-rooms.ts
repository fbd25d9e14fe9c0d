import type { Config } from '../../config/config.ts';
import type { Homeserver } from '../../notify/homeserver.ts';
import { openMatrix } from '../../notify/matrix.ts';
import type { Trouble } from '../../notify/trouble.ts';
import { type Finding, Findings } from './finding.ts';
import type { LookParts } from './seen.ts';

type Matrix = NonNullable<Config['notify']['matrix']>;

/** Looks at the homeserver and both rooms as the notifier would, without sending. */
export async function lookAtRooms(matrix: Matrix, { clock, userAgent, stop }: LookParts): Promise<readonly Finding[]> {
  const findings = new Findings('matrix');
  const homeserver = openMatrix({
    baseUrl: matrix.homeserver,
    token: matrix.token,
    caFile: matrix.caFile,
    requestTimeoutMs: matrix.requestTimeoutMs,
    userAgent,
    clock,
  });
  try {
    const versions = await homeserver.versions(stop);
    if (!versions.ok) return told(findings, versions.trouble);
    const account = await homeserver.whoami(stop);
    if (!account.ok) return told(findings, account.trouble);
    findings.add('ok', `the homeserver knows the token as ${account.value.userId}`);
    if (account.value.deviceId === null) {
      const says = 'the token has no device: a message can be there twice after a restart of the homeserver';
      findings.add('warning', says, 'make the token by a login');
    }
    const joined = await homeserver.joinedRooms(stop);
    if (!joined.ok) return told(findings, joined.trouble);
    const rooms = Object.entries(matrix.rooms);
    const looked = await Promise.all(rooms.map((one) => lookAtRoom(one, joined.value, homeserver, stop)));
    return [...findings.all, ...looked.flat()];
  } finally {
    await homeserver.close();
  }
}

async function lookAtRoom(
  [name, place]: readonly [string, string],
  joined: readonly string[],
  homeserver: Homeserver,
  stop: AbortSignal,
): Promise<readonly Finding[]> {
  const findings = new Findings(`matrix, the ${name} room`);
  const found = place.startsWith('#') ? await homeserver.resolve(place, stop) : { ok: true as const, value: place };
  if (!found.ok) return told(findings, found.trouble);
  if (!joined.includes(found.value)) {
    const remedy = 'invite the user; the daemon joins when it is invited, or when the room is public';
    findings.add('warning', `the user has not joined ${place} yet`, remedy);
    return findings.all;
  }
  findings.add('ok', `the user is in ${place}`);
  const encrypted = await homeserver.isEncrypted(found.value, stop);
  if (encrypted.ok && encrypted.value) {
    findings.add('warning', 'the room is encrypted: messages go there in the clear', 'use a room without encryption');
  }
  return findings.all;
}

const REMEDIES = {
  unauthorized: 'make a new token, and put it into token_file',
  forbidden: 'invite the user of the token to the room',
  not_found: 'check the alias or id of the room',
} as const;

function told(findings: Findings, trouble: Trouble): readonly Finding[] {
  const remedy =
    trouble.kind === 'blocked'
      ? REMEDIES[trouble.reason]
      : 'check notify.matrix.homeserver, and the way there from this machine';
  findings.add('problem', trouble.detail, remedy);
  return findings.all;
}
