import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CHART } from '../../scripts/chart/generated.ts';
import { runTool } from './support/tool.ts';

const tests = readdirSync('test/rules').filter((name) => name.endsWith('.test.yml'));

it.each(readdirSync(`${CHART}rules`))('%s is valid as it lies', async (name) => {
  const check = await runTool('promtool', ['check', 'rules', `${CHART}rules/${name}`]);
  expect(check.code, check.stdout + check.stderr).toBe(0);
});

it.each(tests)('%s passes: each alert fires when it should, and is quiet when it should', async (name) => {
  const run = await runTool('promtool', ['test', 'rules', `test/rules/${name}`]);
  expect(run.code, run.stdout + run.stderr).toBe(0);
});
