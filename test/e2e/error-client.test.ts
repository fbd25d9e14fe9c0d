import { it } from 'vitest';
import { tryErrorClient } from '../support/error-client.ts';
import { fencedBlock } from '../support/fenced.ts';

it('B22: the TypeScript client of the documentation never raises into its caller and never makes it wait', async () => {
  const call = `recordError('memory', 'write', new Error('no answer'));\nprocess.stdout.write('went on\\n');\n`;
  const text = fencedBlock('errors.md', 'ts') + call;
  await tryErrorClient({ file: 'client.mts', text, command: [process.execPath, 'client.mts'] });
}, 90_000);
