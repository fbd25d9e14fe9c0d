import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHART } from '../../../scripts/chart/generated.ts';
import { runProgram } from '../../support/program.ts';
import { CI_FILES, helm, objectsOf, only } from './render.ts';
import { typeCheck } from './typed.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dora-exporter-chart-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.each(CI_FILES.map((file) => ({ name: basename(file), file })))('$name', ({ name, file }) => {
  let rendered: string;

  beforeAll(async () => {
    const { code, stdout, stderr } = await helm(
      'template',
      'dora-exporter',
      CHART,
      '--namespace=dora',
      `--values=${file}`,
    );
    expect(code, stderr).toBe(0);
    rendered = stdout;
  });

  it('passes helm lint --strict', async () => {
    const lint = await helm('lint', '--strict', CHART, `--values=${file}`);
    expect(lint.code, lint.stdout + lint.stderr).toBe(0);
  });

  it('has no key that the types of Kubernetes and of the Prometheus operator do not know', async () => {
    const { code, stdout } = await typeCheck(objectsOf(rendered));
    expect(code, stdout).toBe(0);
  });

  it('has a configuration that the program takes', async () => {
    const objects = objectsOf(rendered);
    const maps = objects.filter(({ kind, data }) => kind === 'ConfigMap' && data['config.yml'] !== undefined);
    const text = only(maps, 'ConfigMap').data['config.yml'];
    const place = join(folder, `${name}.d`);
    mkdirSync(place);
    writeFileSync(join(place, 'config.yml'), text);
    // What the configuration names is there, as the mounts would have it.
    for (const path of filesNamed(parse(text))) {
      mkdirSync(dirname(join(place, path)), { recursive: true });
      writeFileSync(join(place, path), path.startsWith('./web/') ? '{}\n' : 'secret\n');
    }
    const check = await runProgram([`--config.file=${join(place, 'config.yml')}`, '--config.check']);
    expect(check.code, check.output).toBe(0);
  });
});

describe('the judges find fault', () => {
  it.each([
    ['a key that no container knows', 'livenesProbe'],
    ['a key that no ServiceMonitor knows', 'metricRelabeling'],
  ])('%s', async (_, key) => {
    const file = CI_FILES.find((path) => path.endsWith('sources-values.yaml')) ?? '';
    const { stdout } = await helm('template', 'dora-exporter', CHART, `--values=${file}`);
    const right = key === 'livenesProbe' ? 'livenessProbe' : 'metricRelabelings';
    const check = await typeCheck(objectsOf(stdout.replace(`${right}:`, `${key}:`)));
    expect(check.code).not.toBe(0);
    expect(check.stdout).toContain(key);
  });
});

/** All relative paths of files that a configuration names. */
function filesNamed(node: unknown): string[] {
  if (typeof node === 'string') return node.startsWith('./') ? [node] : [];
  if (node === null || typeof node !== 'object') return [];
  return Object.values(node).flatMap(filesNamed);
}
