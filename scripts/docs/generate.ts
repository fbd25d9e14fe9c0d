import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOCS, generatedPages } from './generated.ts';

// Brings what pages of docs/ say of metrics and keys up to date with the code: npm run docs
for (const [name, text] of generatedPages()) writeFileSync(join(DOCS, name), text);
