import { test } from 'vitest';
import { startSimulatedHomeserver } from '../support/homeserver.ts';
import { killedAfterTheAnswer, outage } from './killed-notifier.ts';

test('killed between the 200 of the homeserver and its own mark, five times: each event once', async () => {
  await using on = await startSimulatedHomeserver();
  await killedAfterTheAnswer(on, 5);
});

test('B29: a hundred alerts while the homeserver is down, and kill -9 twice: each event once, in order', async () => {
  await using on = await startSimulatedHomeserver();
  await outage(on, 0);
});
