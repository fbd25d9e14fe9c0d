import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { killedAfterTheAnswer } from '../../e2e/killed-notifier.ts';
import { notifierBehaviours } from '../../notify/behaviours.ts';
import { idsIn, NotifierStage, plainMessages, twoRooms } from '../../notify/stage.ts';
import type { TestHomeserver } from '../../support/homeserver.ts';
import { startSynapse } from '../support/synapse.ts';

const ALERTS = 30;
/** At one message in 5 s after the first ten: well above the 100 s that it takes. */
const PATIENCE_MS = 200_000;

let synapse: TestHomeserver;
/** Another, with its default limits, whose waits all other tests need not wait for. */
let limited: TestHomeserver;
let stage: NotifierStage;
let rooms: Awaited<ReturnType<typeof twoRooms>>;
let ids: readonly string[];

beforeAll(async () => {
  limited = await startSynapse();
  rooms = await twoRooms(limited);
  stage = await NotifierStage.open(limited, { rooms: rooms.names });
  ids = await stage.tellMany(ALERTS);
  synapse = await startSynapse();
});

afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
  await limited?.[Symbol.asyncDispose]();
  await synapse?.[Symbol.asyncDispose]();
});

describe('on a real Synapse', () => {
  notifierBehaviours(async () => synapse);

  test('the program is killed between the 200 of the homeserver and its own mark, 20 times: each event once', async () => {
    await killedAfterTheAnswer(synapse, 20);
  });

  test('B31: 30 alerts at the default limits: all arrive, once and in order, and none counts as a failure', {
    timeout: PATIENCE_MS + 20_000,
  }, async () => {
    await stage.drained(PATIENCE_MS);
    const messages = await plainMessages(limited, rooms.critical);
    expect(idsIn(messages)).toEqual(ids);
    expect(stage.logged.filter((line) => /"level":"(warn|error)"/.test(line))).toEqual([]);
    // It was throttled indeed.
    const [first, last] = [messages[0], messages.at(-1)];
    expect((last?.origin_server_ts ?? 0) - (first?.origin_server_ts ?? 0)).toBeGreaterThan(60_000);
  });
});
