import { test } from 'vitest';
import { outage } from '../e2e/killed-notifier.ts';
import { startSynapse } from './support/synapse.ts';

// Ten minutes of real time: not among what every submission runs.
test('a real homeserver is down for ten minutes, a hundred alerts, kill -9 twice: each event once, in order', {
  timeout: 900_000,
}, async () => {
  await using on = await startSynapse();
  await outage(on, 600_000);
});
