import { takeEarlySignals } from './main/early-signals.ts';
import { keepYoungGenerationSmall } from './main/young-generation.ts';

// Before the rest is loaded, which takes a while, and would make the young generation grow.
takeEarlySignals(process.argv.slice(2));
keepYoungGenerationSmall();

const { run } = await import('./main/run.ts');
const { flushed } = await import('./main/flushed.ts');
const code = await run(process.argv.slice(2));
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
// All has ended by now. A process that lingers to its natural end could still be killed by one more signal.
process.exit(code);
