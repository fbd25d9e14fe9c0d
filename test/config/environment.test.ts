import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Loaded, loadConfig } from '../../src/config/load.ts';
import { configOf, Folder, problemsOf } from './support.ts';

function start(env: Record<string, string>): Loaded {
  return loadConfig({ file: null, env, cwd: '/srv/dora', report: () => {} });
}

const WOODPECKER = { WOODPECKER_URL: 'https://ci.example.org/', WOODPECKER_TOKEN: 's3cret' };

describe('a start by the environment alone', () => {
  it('polls one Woodpecker with the defaults, and keeps its ledger in the working directory', () => {
    const config = configOf(start(WOODPECKER));
    expect(config.ledger).toEqual({ kind: 'sqlite', file: join('/srv/dora', 'data', 'dora.db') });
    expect(config.sources).toMatchObject([
      { type: 'woodpecker', name: 'woodpecker', url: 'https://ci.example.org', pollIntervalMs: 30_000 },
    ]);
    const [source] = config.sources;
    expect(source?.type === 'woodpecker' && source.token.read()).toBe('s3cret');
  });

  it('takes a pair for each type of source', () => {
    const others = { ARGOCD_URL: 'https://cd', ARGOCD_TOKEN: 'a', ERROR_SINK_URL: 'https://e', ERROR_SINK_TOKEN: 'b' };
    const config = configOf(start({ ...WOODPECKER, ...others }));
    expect(config.sources.map(({ type }) => type)).toEqual(['woodpecker', 'argocd', 'errors']);
    const sink = config.sources[2];
    expect(sink?.type === 'errors' && sink.token?.read()).toBe('b');
  });

  it.each([
    [{ WOODPECKER_URL: 'https://ci' }, 'WOODPECKER_TOKEN is missing; WOODPECKER_URL is given'],
    [{ WOODPECKER_URL: 'https://ci', WOODPECKER_TOKEN: '' }, 'WOODPECKER_TOKEN is missing; WOODPECKER_URL is given'],
    [{ WOODPECKER_TOKEN: 's3cret' }, 'WOODPECKER_URL is missing; WOODPECKER_TOKEN is given'],
    [{ ...WOODPECKER, ARGOCD_TOKEN: 's3cret' }, 'ARGOCD_URL is missing; ARGOCD_TOKEN is given'],
    [{ ERROR_SINK_URL: 'https://e' }, 'ERROR_SINK_TOKEN is missing; ERROR_SINK_URL is given'],
  ])('with half of a pair is refused: %o', (env, problem) => {
    expect(problemsOf(start(env))).toEqual([`${problem}, and one is nothing without the other`]);
  });

  it.each([[{}], [{ WOODPECKER_URL: '', WOODPECKER_TOKEN: '' }]])('without anything says what to give: %o', (env) => {
    const [problem, ...more] = problemsOf(start(env));
    expect(more).toEqual([]);
    for (const word of ['--config.file', 'WOODPECKER_URL and WOODPECKER_TOKEN']) expect(problem).toContain(word);
  });

  it('B37: names the variable that is wrong and never its value', () => {
    const problems = problemsOf(start({ WOODPECKER_URL: 'https://me:s3cret@ci', WOODPECKER_TOKEN: 's3cret\nmore' }));
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(/^environment: WOODPECKER_URL: has credentials/);
    expect(problems[1]).toBe('environment: WOODPECKER_TOKEN: its value must hold the secret alone, in one line');
  });

  it('is not mixed with a file', () => {
    using folder = new Folder();
    expect(configOf(folder.load('sources: []', { env: WOODPECKER })).sources).toEqual([]);
  });
});
