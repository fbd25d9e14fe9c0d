import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { CHART } from '../../../scripts/chart/generated.ts';
import { checkTool } from '../support/check-tool.ts';
import { type Run, runTool } from '../support/tool.ts';

// What Kubernetes takes is of any shape; a wrong path fails the expectation that reads it.
// biome-ignore lint/suspicious/noExplicitAny: see above.
export type KubernetesObject = any;

/** Values for each branch of the templates. */
export const CI_FILES = readdirSync(join(CHART, 'ci')).map((name) => join(CHART, 'ci', name));

export function helm(...words: readonly string[]): Promise<Run> {
  return runTool(checkTool('helm', 'helm'), words);
}

/** `helm template` of a chart, as release `dora-exporter` in namespace `dora`, with values as an object. */
export function template(values: unknown, { chart = CHART } = {}): Promise<Run> {
  const words = ['template', 'dora-exporter', chart, '--namespace', 'dora', '--values', '-'];
  return runTool(checkTool('helm', 'helm'), words, JSON.stringify(values));
}

/** The objects that `template` gives. Throws if it refuses. */
export async function render(values: unknown, options = {}): Promise<readonly KubernetesObject[]> {
  const { code, stdout, stderr } = await template(values, options);
  if (code !== 0) throw new Error(`helm template ended with ${code}: ${stderr}`);
  return objectsOf(stdout);
}

/** The objects of a text that `helm template` printed. */
export function objectsOf(text: string): readonly KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0];
    const object = document.toJSON();
    return object === null ? [] : [object];
  });
}

/** The one object of a kind. */
export function only(objects: readonly KubernetesObject[], kind: string): KubernetesObject {
  const found = objects.filter((object) => object.kind === kind);
  if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind}, not one`);
  return found[0];
}
