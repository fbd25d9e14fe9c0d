import { FIXED } from '../../src/main/configured.ts';
import { A_SECRET } from '../../src/sources/setting-pieces.ts';
import { sourceSettings } from '../../src/sources/table.ts';
import { type Regions, table } from './marked.ts';
import { type Key, schemaKeys } from './schema-keys.ts';

/** Read once, at the start. */
const HELD = ['ledger_password_file'];
const PARTLY = new Map([['web.config_file', 'reload; TLS on or off: restart']]);
const SECTIONS = ['web', 'log', 'sink', 'notify'];

/** The regions of docs/configuration.md: a table of keys for each section, for all sources and for each type of them. */
export function configurationRegions(): Regions {
  const keys = schemaKeys();
  const below = (prefix: string) =>
    keys.flatMap((key) => (key.path.startsWith(prefix) ? [{ ...key, name: key.path.slice(prefix.length) }] : []));
  const types = Object.keys(sourceSettings).map((type) => [type, below(`sources[${type}].`)] as const);
  const [, first = []] = types[0] ?? [];
  const isOfAll = ({ name, ...key }: Named) =>
    types.every(([, others]) => others.some((other) => other.name === name && same(other, key)));
  return Object.fromEntries([
    ['top level', rows(below('').filter(({ path }) => !/[.[]/.test(path) && !SECTIONS.includes(path)))],
    ...SECTIONS.map((section) => [section, rows(below(`${section}.`))]),
    ['every source', rows(first.filter(isOfAll))],
    ...types.map(([type, own]) => [type, rows(own.filter((key) => !isOfAll(key)))]),
  ]);
}

interface Named extends Key {
  /** As it is within its section. */
  readonly name: string;
}

function same(one: Key, other: Key): boolean {
  const told = ({ kind, default: value, takes, meaning }: Key) => JSON.stringify([kind, value, takes, meaning]);
  return told(one) === told(other);
}

function rows(keys: readonly Named[]): string {
  return table(
    ['key', 'default', 'takes', 'change', 'meaning'],
    keys.map((key) => [`\`${key.name}\``, defaultOf(key), key.takes, change(key), meaningOf(key)]),
  );
}

/** As an operator would write it. */
function defaultOf({ kind, default: value }: Key): string {
  if (kind !== 'default') return kind;
  return `\`${yaml(value)}\``;
}

function yaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yaml).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, of]) => `${key}: ${yaml(of)}`)
      .join(', ')}}`;
  }
  return value === '' || /^[:;]/.test(String(value)) ? `"${value}"` : String(value);
}

function change({ path, takes }: Key): string {
  const isFixed = [...Object.keys(FIXED), ...HELD].some((fixed) => path === fixed || path.startsWith(`${fixed}.`));
  const how = isFixed ? 'restart' : (PARTLY.get(path) ?? 'reload');
  return takes === A_SECRET ? `${how}; what is in it: at once` : how;
}

function meaningOf({ path, meaning }: Key): string {
  if (path.endsWith('].type')) return 'which kind of source this is';
  if (meaning === null) throw new Error(`${path} has no meaning: give its schema a .describe()`);
  return meaning;
}
