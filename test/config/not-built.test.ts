import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { notBuilt } from '../../src/config/not-built.ts';
import { configOf, Folder, woodpecker } from './support.ts';

const FORGE = 'forge: {type: forgejo, url: https://git.example.org, token_file: token}';
const WORKSPACE = '{id: 123e4567-e89b-42d3-a456-426614174000, name: fn, token_file: token}';

describe('what is not built yet', () => {
  it.each([
    ['ledger: postgres://dora@db/dora', 'ledger: postgres://'],
    ['ledger_password_file: token', 'ledger_password_file'],
  ])('%s passes the check and is told', (yaml, path) => {
    using folder = new Folder();
    folder.write('token', 's3cret');
    expect(notBuilt(configOf(folder.load(yaml)))).toEqual([`${path} is not built yet`]);
  });

  it.each([
    ['an empty file', ''],
    [
      'defaults that are written out',
      'windows: [7d, 30d, 90d]\nmin_samples: 5\nsink: {max_body: 64KiB}\nnotify: {max_age: 60m}',
    ],
    ['a forge', woodpecker(FORGE)],
    ['a Woodpecker', woodpecker('settle: 0s\nworkflow: deploy')],
    ['an error sink', 'sources: [{type: errors, url: https://e, api_key_file: token}]'],
    [
      'the embedded error sink',
      `sink: {workspaces: [${WORKSPACE}], max_body: 1MiB, retention: 9d, rules: [{name: a, threshold: 5, severity: critical}]}`,
    ],
    ['an Argo CD', 'sources: [{type: argocd, url: https://cd, token_file: token, stream: true}]'],
    [
      'a notifier',
      'notify: {dedupe: 2m, matrix: {homeserver: https://m, token_file: token, rooms: {critical: "#a:b", warning: "!c"}}}',
    ],
    [
      'what is built',
      'ledger: sqlite:other.db\nretention: 100d\nincident_expiry: 10d\nbirth_hold: 0s\nseries_limit: 5\nwindows: [7d]\nmin_samples: 6',
    ],
  ])('is not %s', (_, yaml) => {
    using folder = new Folder();
    folder.write('token', 's3cret');
    expect(notBuilt(configOf(folder.load(yaml)))).toEqual([]);
  });

  it('is marked so in docs/configuration.md', () => {
    const text = readFileSync('docs/configuration.md', 'utf8');
    const rows = text.split('\n').filter((line) => line.startsWith('| `') && /not built yet/i.test(line));
    const keys = rows.map((row) => row.split('`')[1]);
    expect(keys).toEqual(['ledger', 'ledger_password_file']);
  });
});
