import { keepYoungGenerationSmall } from './main/young-generation.ts';

// Before the rest is loaded, which would make it grow.
keepYoungGenerationSmall();

const { run } = await import('./main/run.ts');
process.exitCode = await run(process.argv.slice(2));
