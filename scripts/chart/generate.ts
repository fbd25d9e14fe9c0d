import { writeFileSync } from 'node:fs';
import { CHART, generatedFiles } from './generated.ts';

// Brings README.md and values.schema.json of the chart up to date: node scripts/chart/generate.ts
for (const [name, text] of generatedFiles()) writeFileSync(`${CHART}${name}`, text);
