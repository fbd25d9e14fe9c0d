import { it } from 'vitest';
import { postWhileKilled } from './sink-killed.ts';

it('3,000 events of 50 clients while the program is killed three times: each acknowledged one is there once', async () => {
  await postWhileKilled(300, 10);
}, 90_000);
