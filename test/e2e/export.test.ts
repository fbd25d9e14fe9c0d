import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runProgram } from '../support/program.ts';
import { goodPoll, Stage, scrape } from './stage.ts';
import { tellStory } from './story.ts';

const TARGETS = /^dora_(deployment|deployments|change|rework|recovery|incident_open|window|target)/;

it('export writes the past beside the running daemon, and ends as its page is; whoever has enough may stop reading', async () => {
  await using stage = await Stage.open();
  tellStory(stage, stage.repo('acme/shop'));
  await using program = await stage.start();
  await goodPoll(program);
  const page = await scrape(program);
  const words = ['export', `--config.file=${stage.config}`, '--since=2d', '--label=job=dora'];
  const { code, stdout, stderr } = await runProgram(words);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.endsWith('# EOF\n')).toBe(true);
  const last = new Map<string, string>();
  for (const [, series = '', value = ''] of stdout.matchAll(/^(\S+\{.*\}) (\S+) \S+$/gm)) last.set(series, value);
  const text = await (await fetch(`${program.url}/metrics`)).text();
  const live = text.split('\n').filter((line) => TARGETS.test(line) && line.includes('app="acme/shop"'));
  expect(live.length).toBeGreaterThan(30);
  for (const line of live) {
    const at = line.lastIndexOf(' ');
    expect(last.get(line.slice(0, at).replace('{', '{job="dora",')), line).toBe(line.slice(at + 1));
  }
  expect((await scrape(program)).targets()).toEqual(page.targets());

  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  const head = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'pipe'], env: {} });
  let complaint = '';
  head.stderr.setEncoding('utf8').on('data', (part: string) => {
    complaint += part;
  });
  head.stdout.once('data', () => head.stdout.destroy());
  expect(await once(head, 'close')).toEqual([0, null]);
  expect(complaint).toBe('');
});

it('export says what is wrong: no ledger, none of this version, a bad configuration', async () => {
  await using stage = await Stage.open();
  const run = () => runProgram(['export', `--config.file=${stage.config}`]);
  expect(await run()).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('dora.db cannot be read') });
  stage.write('dora.db', 'no database');
  expect(await run()).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('dora.db cannot be read') });
  stage.configure({ wep: '{}' });
  expect(await run()).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('wep') });
});
