import type { Config } from '../../config/config.ts';
import type { Homeserver, Power } from '../../notify/homeserver.ts';
import { openMatrix } from '../../notify/matrix.ts';
import { type Finding, Findings } from './finding.ts';
import { told } from './room-trouble.ts';
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
    lookAtVersions(versions.value, findings);
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
    const looked = await Promise.all(
      rooms.map((one) => lookAtRoom(one, joined.value, account.value.userId, homeserver, stop)),
    );
    return [...findings.all, ...looked.flat()];
  } finally {
    await homeserver.close();
  }
}

async function lookAtRoom(
  [name, place]: readonly [string, string],
  joined: readonly string[],
  userId: string,
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
  const power = await homeserver.power(found.value, userId, stop);
  if (power.ok) lookAtPower(power.value, found.value, findings);
  const encrypted = await homeserver.isEncrypted(found.value, stop);
  if (encrypted.ok && encrypted.value) {
    findings.add('warning', 'the room is encrypted: messages go there in the clear', 'use a room without encryption');
  }
  return findings.all;
}

/** From here on there are the paths that the notifier asks for, `/_matrix/client/v3`. */
function lookAtVersions(versions: readonly string[], findings: Findings): void {
  const newest = versions.at(-1) ?? 'nothing';
  if (versions.some((version) => /^v[1-9]/.test(version))) findings.add('ok', `it speaks Matrix up to ${newest}`);
  else findings.add('problem', `the homeserver is too old: it speaks ${newest}, and v1.1 is the oldest`, 'upgrade it');
}

function lookAtPower({ has, needs }: Power, roomId: string, findings: Findings): void {
  if (has >= needs) return;
  const says = `the user may not write there: its power level is ${has}, and a message takes ${needs}`;
  const remedy = `give it the power level ${needs} in the settings of the room`;
  // From room version 12 on, whose ids name no server, those who made it may do everything.
  if (roomId.includes(':')) findings.add('problem', says, remedy);
  else findings.add('warning', `unless it made the room, ${says}`, remedy);
}
