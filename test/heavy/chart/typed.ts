import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkTool } from '../support/check-tool.ts';
import { type Run, runTool } from '../support/tool.ts';
import type { KubernetesObject } from './render.ts';

const TSC = fileURLToPath(new URL('../../../node_modules/.bin/tsc', import.meta.url));

const OPTIONS = {
  target: 'esnext',
  module: 'nodenext',
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  types: [],
};

/**
 * Has tsc judge objects as literals of the types of Kubernetes and of the Prometheus operator. Unlike a schema that
 * allows more, that refuses keys that nobody knows.
 */
export async function typeCheck(objects: readonly KubernetesObject[]): Promise<Run> {
  // Node's resolution looks for packages upwards of the file that imports them.
  const packages = dirname(checkTool('kubernetes-types', 'node_modules'));
  mkdirSync(packages, { recursive: true });
  const folder = mkdtempSync(join(packages, 'objects-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, files: ['objects.ts'] }));
    writeFileSync(join(folder, 'objects.ts'), objects.map(literal).join('\n'));
    return await runTool(TSC, ['--project', folder]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function literal(object: KubernetesObject, number: number): string {
  const { kind, apiVersion } = object;
  const from = apiVersion.startsWith('monitoring.coreos.com/')
    ? '@kubernetes-models/prometheus-operator'
    : 'kubernetes-models';
  return `import type { I${kind} as Type${number} } from '${from}/${apiVersion}/${kind}';
export const object${number}: Type${number} = ${JSON.stringify(object, null, 1)};
`;
}
