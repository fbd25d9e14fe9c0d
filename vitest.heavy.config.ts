import { defineConfig } from 'vitest/config';
import { testFolder } from './scripts/test-folder.ts';

/** What needs more than npm: a real Prometheus, a browser. `.ci/run` installs them. */
export default defineConfig({
  test: {
    include: ['test/heavy/**/*.check.ts'],
    reporters: ['default', './scripts/closing-line.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    env: { TMPDIR: testFolder() },
    pool: 'forks',
    // Each file starts several processes; one at a time they stay quick on a small machine.
    fileParallelism: false,
  },
});
