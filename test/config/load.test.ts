import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, loadProcessConfig } from '../../src/config/load.ts';
import type { WoodpeckerSettings } from '../../src/sources/woodpecker/settings.ts';
import { configOf, Folder, problemsOf, woodpecker } from './support.ts';

let folder: Folder;

beforeEach(() => {
  folder = new Folder();
  folder.write('token', 's3cret\n');
});

afterEach(() => folder[Symbol.dispose]());

function problems(yaml: string): readonly string[] {
  return problemsOf(folder.load(yaml));
}

function firstSource(yaml: string): WoodpeckerSettings {
  const [source] = configOf(folder.load(yaml)).sources;
  if (source?.type !== 'woodpecker') throw new Error('no Woodpecker');
  return source;
}

describe('a configuration file', () => {
  it('may be empty: every key has its default, and that nothing is polled is a warning', () => {
    const loaded = folder.load('');
    expect(configOf(loaded)).toMatchObject({
      web: { listenAddress: { host: null, port: 3672 }, externalUrl: null, adminTokens: [], configFile: null },
      ledger: { kind: 'sqlite', file: join(folder.path, 'data/dora.db') },
      retentionMs: 400 * 86_400_000,
      incidentExpiryMs: 30 * 86_400_000,
      birthHoldMs: 120_000,
      seriesLimit: 1_500_000,
      seriesLimitPerSource: 0,
      log: { level: 'info', format: 'json' },
      sources: [],
    });
    expect(loaded.ok && loaded.warnings).toEqual(['sources is empty: nothing is polled']);
  });

  it('gives a Woodpecker source whole', () => {
    const relabel = 'relabel_configs: [{source_labels: [__meta_woodpecker_owner], target_label: team}]';
    const keys = `name: ci\nbranches: [/release-.*/]\nrepositories: [fn/app]\nworkflow: deploy\nevents: [tag]\n${relabel}`;
    const source = firstSource(woodpecker(keys));
    expect(source).toMatchObject({
      name: 'ci',
      url: 'https://ci.example.org',
      backfillMs: 90 * 86_400_000,
      settleMs: 120_000,
    });
    expect(source).toMatchObject({ maxBodyBytes: 64 * 1024 * 1024, concurrency: 4, caFile: null, forge: null });
    expect(source.token.read()).toBe('s3cret');
    expect(source.events).toEqual(new Set(['tag']));
    expect(source.branches.map((branch) => [branch.matches('release-1'), branch.matches('a-release-1')])).toEqual([
      [true, false],
    ]);
    expect(source.repositories.map((repository) => repository.matches('fn/app'))).toEqual([true]);
    expect(source.workflow?.matches('deploy')).toBe(true);
    expect(source.relabel).toMatchObject([
      { action: 'replace', targetLabel: 'team', separator: ';', replacement: '$1' },
    ]);
  });

  it('takes paths from its own folder, also from another working directory', () => {
    folder.write('conf/dora.yml', `ledger: sqlite:x.db\n${woodpecker()}`);
    folder.write('conf/token', 'of the folder');
    const config = configOf(loadConfig({ file: 'conf/dora.yml', env: {}, cwd: folder.path, report: () => {} }));
    expect(config.ledger).toEqual({ kind: 'sqlite', file: join(folder.path, 'conf/x.db') });
    expect(config.sources).toMatchObject([{ type: 'woodpecker' }]);
  });

  it('takes the slash off the end of an address, and keeps its path', () => {
    expect(firstSource(woodpecker().replace('example.org', 'example.org:8443/ci//')).url).toBe(
      'https://ci.example.org:8443/ci',
    );
  });

  it('is frozen to its depths', () => {
    const config = configOf(folder.load(woodpecker()));
    for (const part of [
      config,
      config.web,
      config.web.listenAddress,
      config.sources,
      config.sources[0],
      config.windows[0],
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('warns of a ca_file that is no certificate, or holds one that is broken', () => {
    const ca = readFileSync(join(import.meta.dirname, '../fixtures/tls/ca.pem'), 'utf8');
    const warned = (content: string) => {
      folder.write('ca.pem', content);
      const loaded = folder.load(woodpecker('ca_file: ca.pem'));
      return loaded.ok && loaded.warnings;
    };
    expect(warned(ca)).toEqual([]);
    expect(warned(`# ours\n${ca}\n${ca}`)).toEqual([]);
    const warning = [expect.stringMatching(/^sources\[0\]\.ca_file: .*ca\.pem holds no certificate in PEM/)];
    for (const content of ['', 'a token', ca.slice(0, 200), ca.replace('MII', 'mII')]) {
      expect(warned(content), content).toEqual(warning);
    }
  });

  it('warns of a backfill that retention does not keep', () => {
    const loaded = folder.load(`retention: 90d\n${woodpecker('backfill: 91d')}`);
    expect(loaded.ok && loaded.warnings).toEqual([
      expect.stringMatching(/^sources\[0\]\.backfill: 91d is longer than retention \(90d\)/),
    ]);
    const fits = folder.load(`retention: 91d\n${woodpecker('backfill: 91d')}`);
    expect(fits.ok && fits.warnings).toEqual([]);
  });

  it('warns of a window that retention never lets become whole', () => {
    const loaded = folder.load(`retention: 60d\n${woodpecker('backfill: 60d')}`);
    expect(loaded.ok && loaded.warnings).toEqual(['windows: 90d is longer than retention (60d), so it is never whole']);
  });
});

describe('one message', () => {
  it('tells all problems, a line each, with file, path, what is wrong and what would be right', () => {
    const yaml = `web: {listen_adress: ":1"}\nmin_samples: 0\nincident_expiry: 500d\n${woodpecker('poll_interval: fast\nevents: [puhs]')}`;
    expect(problems(yaml)).toEqual([
      'dora.yml: web.listen_adress: unknown key; known keys here: listen_address, config_file, external_url, admin_tokens',
      'dora.yml: min_samples: 0 is not right; give at least 1',
      'dora.yml: sources[0].poll_interval: "fast" is not right; give a duration such as 30s, 15m, 12h or 7d',
      'dora.yml: sources[0].events[0]: "puhs" is not right; give any of push, deployment, manual, tag, release, cron, pull_request_closed',
      'dora.yml: incident_expiry: longer than retention, so an incident would outlive its rows; give at most the retention',
    ]);
  });

  it('tells of a file that is not there', () => {
    const loaded = loadConfig({ file: 'none.yml', env: {}, cwd: folder.path, report: () => {} });
    expect(problemsOf(loaded)).toEqual([
      `--config.file: ${join(folder.path, 'none.yml')} does not exist; create it, or give another path`,
    ]);
  });

  it('tells the line of broken YAML, and of a key that stands twice', () => {
    expect(problems('retention: 1d\nsources: [\n')[0]).toMatch(/^dora\.yml: line 3, column 1: .*; give valid YAML$/);
    expect(problems('retention: 1d\nmin_samples: 1\nretention: 2d')).toEqual([
      'dora.yml: line 3, column 1: duplicate key; give valid YAML',
    ]);
  });

  it.each([
    'token: "s3cret',
    'token: s3cret: x',
    '*s3cret',
    'a: *s3cret',
    '"a" s3cret',
    'a: !s3cret b',
    '%s3cret',
    's3cret',
  ])('B37: shows nothing of the text that does not parse: %s', (yaml) => {
    expect(problems(yaml).join()).not.toContain('s3cret');
  });

  it('refuses aliases that stand for too much', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
    for (let level = 1; level < 6; level++) {
      const [from, to] = ['abcdef'[level - 1], 'abcdef'[level]];
      bomb.push(`${to}: &${to} [${Array(10).fill(`*${from}`).join(',')}]`);
    }
    expect(problems(bomb.join('\n'))).toEqual([expect.stringContaining('an alias')]);
  });
});

describe('what is loaded for this process', () => {
  const silent = { configFile: null, listenAddress: null, logLevel: null, check: false };

  it('is what the flags say over what the file says', () => {
    const configFile = folder.write(
      'dora.yml',
      'log: {level: warn, format: pretty}\nweb: {external_url: https://dora}',
    );
    const flags = { ...silent, configFile, listenAddress: { host: null, port: 0 }, logLevel: 'debug' } as const;
    const config = configOf(loadProcessConfig(flags, () => {}));
    expect(config.web).toMatchObject({ listenAddress: { host: null, port: 0 }, externalUrl: 'https://dora' });
    expect(config.log).toEqual({ level: 'debug', format: 'pretty' });
    expect(Object.isFrozen(config.web)).toBe(true);
  });

  it('is what the file says where the flags are silent', () => {
    const configFile = folder.write('dora.yml', 'log: {level: warn}\nweb: {listen_address: "127.0.0.1:1"}');
    const config = configOf(loadProcessConfig({ ...silent, configFile }, () => {}));
    expect(config.web.listenAddress).toEqual({ host: '127.0.0.1', port: 1 });
    expect(config.log.level).toBe('warn');
  });

  it('is nothing when the file is wrong', () => {
    const configFile = folder.write('dora.yml', 'a: 1');
    expect(problemsOf(loadProcessConfig({ ...silent, configFile }, () => {}))).toHaveLength(1);
  });
});

describe('the secret of a source', () => {
  it('is reported once when its file goes bad later, and stays in use', () => {
    const reported: string[] = [];
    const [source] = configOf(folder.load(woodpecker(), { report: (problem) => reported.push(problem) })).sources;
    folder.write('token', '');
    const token = source?.type === 'woodpecker' ? source.token : undefined;
    expect([token?.read(), token?.read()]).toEqual(['s3cret', 's3cret']);
    expect(reported).toEqual([expect.stringContaining(`${join(folder.path, 'token')} is empty`)]);
  });
});
