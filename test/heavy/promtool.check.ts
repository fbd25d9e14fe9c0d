import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedStory } from '../../src/demo/story/seed-story.ts';
import { Stage } from '../e2e/stage.ts';
import { fencedPromql } from '../support/fenced-promql.ts';
import { configure } from './support/configure.ts';
import { requireTool, runTool } from './support/tool.ts';

const TARGET = '{source="woodpecker", app="acme/shop", environment="production", team=""}';
const INCIDENTS = TARGET.replace('}', ', kind="deployment"}');

let folder: string;

beforeAll(() => {
  requireTool('promtool', 'scripts/install-prometheus');
  folder = mkdtempSync(join(tmpdir(), 'dora-exporter-promtool-'));
});

afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

describe('the text format (B2)', () => {
  it('passes promtool check metrics', async () => {
    await using stage = await Stage.open();
    seedStory(stage.woodpecker.state, { seed: 7, now: Date.now(), days: 90 });
    configure(stage);
    await using program = await stage.start();
    // As curl asks: whoever accepts anything gets the text format.
    const page = async () => await (await fetch(`${program.url}/metrics`, { headers: { accept: '*/*' } })).text();
    await program.until(async () => /^dora_collector_up\{.*\} 1$/m.test(await page()), 'a complete good poll');
    const metrics = await page();
    expect(metrics).toMatch(/^dora_deployments_total\{.*\} [1-9]/m);
    expect(await runTool('promtool', ['check', 'metrics'], metrics)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('is judged by a promtool that does find fault', async () => {
    const lint = await runTool('promtool', ['check', 'metrics'], '# TYPE dora_wrong counter\ndora_wrong 1\n');
    expect(lint.code).not.toBe(0);
    expect(lint.stderr).toContain('counter metrics should have "_total" suffix');
  });
});

describe('PromQL of the documents (B39)', () => {
  const fenced = fencedPromql();

  it('is there', () => {
    const pages = new Set(fenced.map(({ place }) => place.replace(/:\d+$/, '')));
    expect(pages).toContain('README.md');
    expect(pages).toContain('docs/metrics.md');
  });

  it.each(fenced)('parses: $place', async ({ query }) => {
    const file = join(folder, 'documents.yml');
    writeFileSync(file, rules([query]));
    const check = await runTool('promtool', ['check', 'rules', file]);
    expect(check.code, check.stderr).toBe(0);
  });

  it.each([
    ['the mean of the histogram', /dora_recovery_time_seconds_sum/],
    [
      'the difference of the timestamps',
      /^\(dora_deployment_recovery_timestamp - dora_deployment_failure_timestamp\) > 0$/,
    ],
  ])('gives a recovery time of 300 s for F 100, F 200, S 400, S 900 (B6): %s', async (_, wanted) => {
    const queries = fenced.filter(({ query }) => wanted.test(query)).map(({ query }) => query);
    expect(queries).not.toEqual([]);
    writeFileSync(join(folder, 'mttr.yml'), rules(queries));
    writeFileSync(join(folder, 'mttr.test.yml'), ruleTest(queries.length, 300));
    const right = await runTool('promtool', ['test', 'rules', join(folder, 'mttr.test.yml')]);
    expect(right.code, right.stdout + right.stderr).toBe(0);

    writeFileSync(join(folder, 'mttr.test.yml'), ruleTest(queries.length, 301));
    expect((await runTool('promtool', ['test', 'rules', join(folder, 'mttr.test.yml')])).code).not.toBe(0);
  });
});

/** A rule file that records each query under a name of its own. JSON is YAML. */
function rules(queries: readonly string[]): string {
  const recorded = queries.map((expr, number) => ({ record: `test:query${number}`, expr }));
  return JSON.stringify({ groups: [{ name: 'queries', rules: recorded }] });
}

/**
 * A test that the `count` queries of `mttr.yml` all give `seconds`. The target is there from the start; what happened
 * at 100 to 900 s is polled, one event a poll, at the minute after it.
 */
function ruleTest(count: number, seconds: number): string {
  const series = (name: string, values: string, labels = TARGET) => ({ series: `${name}${labels}`, values });
  return JSON.stringify({
    rule_files: ['mttr.yml'],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: [
          series('dora_deployment_failure_timestamp', '_x2 100x20'),
          series('dora_deployment_recovery_timestamp', '_x7 400x15'),
          series('dora_deployment_last_success_timestamp', '_x7 400x8 900x6'),
          series('dora_recovery_time_seconds_sum', '0x7 300x15', INCIDENTS),
          series('dora_recovery_time_seconds_count', '0x7 1x15', INCIDENTS),
        ],
        promql_expr_test: Array.from({ length: count }, (_, number) => ({
          // The labels are the query's own affair.
          expr: `max(test:query${number})`,
          eval_time: '20m',
          exp_samples: [{ labels: '{}', value: seconds }],
        })),
      },
    ],
  });
}
