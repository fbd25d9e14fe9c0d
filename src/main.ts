import { takeEarlySignals } from './main/early-signals.ts';
import { keepYoungGenerationSmall } from './main/young-generation.ts';

// Before the rest is loaded, which takes a while, and would make the young generation grow.
takeEarlySignals();
keepYoungGenerationSmall();

const { run } = await import('./main/run.ts');
// All has ended by now. A process that lingers to its natural end could still be killed by one more signal.
process.exit(await run(process.argv.slice(2)));
