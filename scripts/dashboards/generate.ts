import { mkdirSync, writeFileSync } from 'node:fs';
import { DASHBOARDS, generatedDashboards } from './generated.ts';

// Writes the dashboards of the chart: node scripts/dashboards/generate.ts
mkdirSync(DASHBOARDS, { recursive: true });
for (const [name, text] of generatedDashboards()) writeFileSync(`${DASHBOARDS}${name}`, text);
