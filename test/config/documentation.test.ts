import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { schemaKeys } from '../../scripts/docs/schema-keys.ts';
import { sourceSettings } from '../../src/sources/table.ts';

interface Row {
  readonly path: string;
  readonly default: string;
}

/** The rows of the tables of keys, with the prefix that their heading names. */
function documentedKeys(): Row[] {
  const rows: Row[] = [];
  let prefixes: string[] | null = null;
  for (const line of readFileSync('docs/configuration.md', 'utf8').split('\n')) {
    if (line.startsWith('## ')) prefixes = prefixesOf(line);
    const row = /^\| `([^`]+)` \| (required|none|`[^`]*`) \| \S/.exec(line);
    for (const prefix of row === null ? [] : (prefixes ?? [])) {
      rows.push({ path: prefix + row?.[1], default: row?.[2] ?? '' });
    }
  }
  return rows;
}

function prefixesOf(heading: string): string[] | null {
  if (heading === '## Top level') return [''];
  if (heading.endsWith('every type')) return Object.keys(sourceSettings).map((type) => `sources[${type}].`);
  const section = /^## `([a-z]+)(?:\[\])?`(?:: `([a-z]+)`)?$/.exec(heading);
  if (section === null) return null;
  return [section[2] === undefined ? `${section[1]}.` : `${section[1]}[${section[2]}].`];
}

describe('docs/configuration.md', () => {
  it('has a row for every key of the schema, and no other', () => {
    const documented = documentedKeys().map((row) => row.path);
    expect(documented.toSorted()).toEqual(
      schemaKeys()
        .map((key) => key.path)
        .toSorted(),
    );
  });

  it('tells the default of every key', () => {
    const defaults = new Map(documentedKeys().map((row) => [row.path, row.default]));
    for (const key of schemaKeys()) {
      const told = defaults.get(key.path) ?? '';
      const means = /^`/.test(told) ? parse(told.slice(1, -1)) : told;
      expect({ path: key.path, default: means }).toEqual({
        path: key.path,
        default: key.kind === 'default' ? key.default : key.kind,
      });
    }
  });
});
