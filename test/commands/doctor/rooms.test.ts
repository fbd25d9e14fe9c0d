import { describe, expect, it } from 'vitest';
import { lookAtRooms } from '../../../src/commands/doctor/look-at-rooms.ts';
import { fixedSecret } from '../../../src/config/secret.ts';
import { startSimulatedHomeserver, type TestHomeserver } from '../../support/homeserver.ts';
import { startLoopback } from '../../support/loopback.ts';
import { CAUSES, firstLine, parts, troublesOnTheWay } from './support.ts';

/** What doctor says first of a homeserver at this address. */
async function first(url: string, token: string, rooms = { critical: '!a:b', warning: '!a:b' }): Promise<string> {
  const secret = fixedSecret('the token', token);
  if (!secret.ok) throw new Error(secret.problem);
  const settings = { homeserver: url, token: secret.value, caFile: null, requestTimeoutMs: 5000, heartbeat: null };
  return firstLine(await lookAtRooms({ ...settings, rooms }, parts));
}

async function twoRooms(homeserver: TestHomeserver) {
  return { critical: await homeserver.room('critical'), warning: await homeserver.room('warning') };
}

describe('doctor names the cause at a homeserver in its first line', () => {
  it('none, where all is well', async () => {
    await using homeserver = await startSimulatedHomeserver();
    const { critical, warning } = await twoRooms(homeserver);
    const rooms = { critical: critical.alias, warning: warning.id };
    expect(await first(homeserver.url, homeserver.bot.token, rooms)).toMatch(/^ok /);
  });

  it('a wrong token', async () => {
    await using homeserver = await startSimulatedHomeserver();
    expect(await first(homeserver.url, 'another')).toMatch(CAUSES.wrongToken);
  });

  it('a token whose user may not write in a room', async () => {
    await using homeserver = await startSimulatedHomeserver();
    const { critical, warning } = await twoRooms(homeserver);
    await homeserver.requirePower(warning, 50);
    const rooms = { critical: critical.alias, warning: warning.id };
    expect(await first(homeserver.url, homeserver.bot.token, rooms)).toMatch(
      /^warning {2}matrix, the warning room: .*may not write there: its power level is 0, and a message takes 50 -> give it the power/,
    );
  });

  troublesOnTheWay((url) => first(url, 'token'));

  it('a server that is too old', async () => {
    await using old = await startLoopback((request, response) => {
      const asksVersions = request.url === '/_matrix/client/versions';
      response.writeHead(asksVersions ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(asksVersions ? { versions: ['r0.5.0', 'r0.6.1'] } : { errcode: 'M_UNRECOGNIZED' }));
    });
    expect(await first(old.url, 'token')).toMatch(
      /^problem .*the homeserver is too old: it speaks r0\.6\.1, and v1\.1 is the oldest -> upgrade it/,
    );
  });
});
