import { defineConfig } from 'vitest/config';
import { testFolder } from './scripts/test-folder.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './scripts/closing-line.ts'],
    // A machine that others use can be many times slower: a bound that is never met costs nothing.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    env: { TMPDIR: testFolder() },
    pool: 'forks',
    // Most of it waits for timers and child processes: one worker on two cores would leave them idle.
    maxWorkers: 2,
  },
});
