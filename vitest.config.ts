import { defineConfig } from 'vitest/config';
import { testFolder } from './scripts/test-folder.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './scripts/closing-line.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    env: { TMPDIR: testFolder() },
    pool: 'forks',
    // Most of it waits for timers and child processes: one worker on two cores would leave them idle.
    maxWorkers: 2,
  },
});
