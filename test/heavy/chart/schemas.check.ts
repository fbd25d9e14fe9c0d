import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHART } from '../../../scripts/chart/generated.ts';
import { checkTool } from '../support/check-tool.ts';
import { runTool } from '../support/tool.ts';
import { CI_FILES, helm } from './render.ts';

/** The oldest that Chart.yaml allows, and the newest that the schemas are there for. */
const KUBERNETES = ['1.25', '1.37'];

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dora-exporter-chart-'));
  for (const file of CI_FILES) {
    const { stdout } = await helm('template', 'dora-exporter', CHART, '--namespace=dora', `--values=${file}`);
    writeFileSync(join(folder, basename(file)), stdout);
  }
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

it.each(KUBERNETES)('every branch is valid in Kubernetes %s', async (version) => {
  const files = CI_FILES.map((file) => join(folder, basename(file)));
  const { code, stdout, stderr } = await validate('-k', version, ...files);
  expect(code, stdout + stderr).toBe(0);
  for (const file of files) expect(stdout + stderr).toContain(`${file} passed for resource deployment/`);
});

it.each([
  ['a wrong type', '{ports: [{port: http}]}'],
  ['a key that nobody knows', '{ports: [{port: 1}], prots: []}'],
])('the schemas refuse %s', async (_, spec) => {
  const file = join(folder, 'wrong.yaml');
  writeFileSync(file, `apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: ${spec}\n`);
  expect((await validate(file)).code).not.toBe(0);
});

function validate(...words: readonly string[]) {
  return runTool(checkTool('kubernetes-validate', 'bin/kubernetes-validate'), ['--strict', ...words]);
}
