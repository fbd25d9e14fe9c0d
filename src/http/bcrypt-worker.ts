import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

/** A password to compare with a hash; `id` comes back with the answer. */
export interface Question {
  readonly id: number;
  readonly password: string;
  readonly hash: string;
}

export interface Answer {
  readonly id: number;
  readonly right: boolean;
}

// Where cores are few, scrapes go first. Linux lowers this one thread, other systems would lower the whole process.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

// One after the other: a flood of wrong passwords takes one core at most.
parentPort?.on('message', ({ id, password, hash }: Question) => {
  parentPort?.postMessage({ id, right: compareSync(password, hash) } satisfies Answer);
});
