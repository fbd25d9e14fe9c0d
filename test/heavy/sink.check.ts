import { it } from 'vitest';
import { postWhileKilled } from '../e2e/sink-killed.ts';

it('100,000 events of 50 clients while the program is killed three times: each acknowledged one is there once', async () => {
  await postWhileKilled(10_000, 10);
}, 240_000);
