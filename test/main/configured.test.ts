import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { fixedChanges } from '../../src/main/configured.ts';

it('a reload with another password for the ledger takes a restart, and does not show it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dora-exporter-configured-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [file, content] of Object.entries({
    token: 't',
    one: 'first-word',
    same: 'first-word',
    two: 'second-word',
  }))
    writeFileSync(join(folder, file), content);
  const load = (password: string | null): Config => {
    const file = join(folder, 'config.yml');
    const ledger = password === null ? {} : { ledger_password_file: password };
    const sources = [{ type: 'woodpecker', url: 'http://127.0.0.1:1', token_file: 'token' }];
    writeFileSync(file, JSON.stringify({ ledger: 'postgres://dora@127.0.0.1/dora', ...ledger, sources }));
    const loaded = loadConfig({ file, env: {}, cwd: folder, report: () => {} });
    if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
    return loaded.config;
  };
  const changed = ['ledger_password_file has changed, which takes a restart'];
  expect(fixedChanges(load('one'), load('two'))).toEqual(changed);
  expect(fixedChanges(load('one'), load(null))).toEqual(changed);
  expect(fixedChanges(load('one'), load('same'))).toEqual([]);
  expect(fixedChanges(load(null), load(null))).toEqual([]);
});
