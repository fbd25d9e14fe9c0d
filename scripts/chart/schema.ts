import { z } from 'zod';
import { configSchema } from '../../src/config/schema.ts';
import type { Value } from './values.ts';

type Json = Record<string, unknown>;

/** values.schema.json: types are those of the defaults, `config` is as the program itself reads it. */
export function valuesSchema(values: readonly Value[]): Json {
  const schema: Json = { $schema: 'http://json-schema.org/draft-07/schema#', title: 'Values', ...closed() };
  for (const value of values) {
    let parent = schema;
    for (const key of value.path.slice(0, -1)) parent = group(parent, key, closed);
    if (value.path.join('.') === 'config') group(schema, 'config', configuration);
    else (parent['properties'] as Json)[value.path.at(-1) ?? ''] = { ...typeOf(value.default), ...value.schema };
  }
  // Helm hands these to every chart, and to those that depend on it.
  (schema['properties'] as Json)['global'] = { type: 'object' };
  return schema;
}

/** Values below one key. Helm takes a key away that is null, and the templates look into each of these. */
function group(parent: Json, key: string, make: () => Json): Json {
  const properties = parent['properties'] as Json;
  if (properties[key] === undefined) {
    properties[key] = make();
    parent['required'] = [...((parent['required'] as string[] | undefined) ?? []), key];
  }
  return properties[key] as Json;
}

function closed(): Json {
  return { type: 'object', additionalProperties: false, properties: {} };
}

function typeOf(value: unknown): Json {
  if (Array.isArray(value)) return { type: 'array' };
  if (typeof value === 'number') return { type: 'integer' };
  return { type: typeof value };
}

/** The schema of the configuration file, as far as JSON Schema can say it: keys, types, and the closed sets. */
function configuration(): Json {
  const schema = z.toJSONSchema(
    configSchema({
      path: (name) => name,
      existing: (name) => ({ ok: true, value: name }),
      secret: (name) => ({ ok: false, problem: name }),
      web: (name) => ({ ok: false, problems: [name] }),
    }),
    { target: 'draft-7', io: 'input', unrepresentable: 'any' },
  );
  return withoutDocumentation(schema) as Json;
}

const DOCUMENTED: ReadonlySet<string> = new Set(['default', 'description', 'takes', 'least', 'most']);

/** What docs/configuration.md says is not said again, and the bounds of JavaScript's integers are of no interest. */
function withoutDocumentation(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutDocumentation);
  if (node === null || typeof node !== 'object') return node;
  const { $schema: _, ...others } = node as Json;
  const isSchema =
    ['type', 'description', 'takes'].some((key) => typeof others[key] === 'string') || 'default' in others;
  const kept = Object.entries(others).filter(
    ([key, value]) => !(isSchema && (DOCUMENTED.has(key) || value === Number.MAX_SAFE_INTEGER)),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutDocumentation(value)]));
}
