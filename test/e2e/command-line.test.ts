import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startLoopback } from '../support/loopback.ts';
import { runProgram, startProgram } from '../support/program.ts';
import { goodPoll, keysOf, Stage, TOKEN } from './stage.ts';
import { TOLD, tellStory } from './story.ts';

it('a bad file is refused with exit code 2 and one line for each mistake, which names the path', async () => {
  await using stage = await Stage.open();
  stage.configure({ retentoin: '90d' }, { poll_interval: '5', token_file: './none' });
  for (const words of [[], ['--config.check']]) {
    const { code, stdout, stderr } = await runProgram([`--config.file=${stage.config}`, ...words]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const path of ['retentoin', 'sources[0].poll_interval', 'sources[0].token_file']) {
      expect(lines.filter((line) => line.includes(`config.yml: ${path}: `))).toHaveLength(1);
    }
  }
  const missing = await runProgram([`--config.file=${stage.config}-not`]);
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain('config.yml-not');
});

it('starts from WOODPECKER_URL and WOODPECKER_TOKEN alone, in an empty working directory', async () => {
  await using stage = await Stage.open();
  tellStory(stage, stage.repo('acme/shop'));
  const cwd = join(stage.folder, 'empty');
  mkdirSync(cwd);
  const env = { WOODPECKER_URL: stage.woodpecker.url, WOODPECKER_TOKEN: TOKEN };
  await using program = await startProgram(['--web.listen-address=127.0.0.1:0'], { cwd, env });
  expect(keysOf(await goodPoll(program), 'acme/shop', stage.epoch)).toEqual(TOLD);
  expect(existsSync(join(cwd, 'data/dora.db'))).toBe(true);
  expect(await program.stop()).toEqual({ code: 0, signal: null });
});

it('--version says which; without a configuration, with an unknown flag or subcommand it explains itself with exit code 2', async () => {
  expect(await runProgram(['--version'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^dora-exporter \d+\.\d+\.\d+\n$/),
  });
  const cases = [
    { words: [], says: 'WOODPECKER_URL' },
    { words: ['--no-such-flag'], says: '--no-such-flag' },
    { words: ['surve'], says: 'surve' },
    { words: ['doctor', '--no-such-flag'], says: '--no-such-flag' },
  ];
  for (const { words, says } of cases) {
    const { code, stdout, stderr } = await runProgram(words);
    expect({ code, stdout }, says).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr, 'no stack').not.toContain('    at ');
  }
});

it('a port in use is said in one line, with exit code 1', async () => {
  await using stage = await Stage.open();
  await using taken = await startLoopback(() => {});
  const { code, stdout } = await runProgram([
    `--config.file=${stage.config}`,
    `--web.listen-address=127.0.0.1:${taken.port}`,
  ]);
  expect(code).toBe(1);
  const [line, ...others] = stdout.trimEnd().split('\n');
  expect(others).toEqual([]);
  expect(line).toContain(`cannot listen on 127.0.0.1:${taken.port}: the port is in use by another program`);
  expect(line).toContain('"level":"error"');
  expect(stage.asked(/./), 'nothing was polled').toBe(0);
});

it('a ledger that another one uses is said in words, with exit code 1, and the other one goes on', async () => {
  await using stage = await Stage.open();
  tellStory(stage, stage.repo('acme/shop'));
  await using program = await stage.start();
  await goodPoll(program);
  const { code, stdout } = await runProgram([`--config.file=${stage.config}`]);
  expect(code).toBe(1);
  const [line, ...others] = stdout.trimEnd().split('\n');
  expect(others).toEqual([]);
  expect(line).toContain('another dora-exporter uses this ledger');
  expect(line).toContain(stage.ledger);
  expect(line, 'no stack').not.toContain('    at ');
  expect(keysOf(await goodPoll(program), 'acme/shop', stage.epoch)).toEqual(TOLD);
});
