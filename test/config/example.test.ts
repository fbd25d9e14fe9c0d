import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { schemaKeys } from '../../scripts/docs/schema-keys.ts';
import { configOf, Folder } from './support.ts';

const TEXT = readFileSync('config.example.yml', 'utf8');

/** Where the example shows something else than the default. */
const EXAMPLES = ['sources', 'sources[errors].api_key_file', 'notify.matrix'];

interface Leaf {
  readonly path: string;
  readonly value: unknown;
}

/** The example's keys under the names of `schemaKeys`. */
function leaves(value: unknown, path: string, known: ReadonlySet<string>): Leaf[] {
  if (Array.isArray(value) && path === 'sources') {
    return value.flatMap((source) => leaves(source, `sources[${source.type}]`, known));
  }
  if (known.has(path) && path !== 'notify.matrix' && path !== 'notify.matrix.heartbeat') return [{ path, value }];
  if (typeof value !== 'object' || value === null) throw new Error(`${path} is no key`);
  return Object.entries(value).flatMap(([name, held]) => leaves(held, path === '' ? name : `${path}.${name}`, known));
}

function load(): ReturnType<typeof configOf> {
  using folder = new Folder();
  for (const [name] of TEXT.matchAll(/\.\/secrets\/[a-z-]+/g)) folder.write(name, `a token for ${name}`);
  return configOf(folder.load(TEXT));
}

describe('config.example.yml', () => {
  const keys = new Map(schemaKeys().map((key) => [key.path, key]));
  const shown = leaves(parse(TEXT), '', new Set(keys.keys()));

  it('is accepted', () => {
    expect(load().sources.length).toBeGreaterThan(0);
  });

  it('shows the default of every key that has one', () => {
    for (const { path, value } of shown) {
      const key = keys.get(path);
      if (key?.kind !== 'default' || EXAMPLES.includes(path)) continue;
      expect({ path, value }).toEqual({ path, value: key.default });
    }
  });

  it('shows every key, but for those inside of lists and of the forge, and what all sources have', () => {
    const paths = new Set(shown.map((leaf) => leaf.path));
    const missing = [...keys.keys()].filter((path) => {
      const inside = path.includes('[].') || /\.forge\./.test(path) || path === 'sources';
      const section = path === 'notify.matrix' || path === 'notify.matrix.heartbeat';
      return !inside && !section && !paths.has(path);
    });
    expect(missing).toEqual([
      'sources[errors].ca_file',
      'sources[errors].insecure_skip_verify',
      'sources[errors].poll_timeout',
      'sources[errors].request_timeout',
      'sources[errors].max_body',
      'sources[errors].concurrency',
      'sources[errors].forget_after',
    ]);
  });
});
