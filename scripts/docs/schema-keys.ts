import { z } from 'zod';
import { configSchema } from '../../src/config/schema.ts';
import { takes } from './takes.ts';

/** One key of the configuration: `default` is what an operator would write. */
export interface Key {
  /** `web.listen_address`, `sources[woodpecker].poll_interval`, `sink.rules[].name`. */
  readonly path: string;
  readonly kind: 'required' | 'none' | 'default';
  readonly default: unknown;
  /** What a value is: "a duration such as 30s", at least and at most what. */
  readonly takes: string;
  /** What it means, in Markdown; null where the schema does not say. */
  readonly meaning: string | null;
}

type Definition = z.core.$ZodTypes['_zod']['def'];

/** Every key that the schema takes, with its default. */
export function schemaKeys(): Key[] {
  return keysOf(configSchema({ path: (name) => name, existing: refuse, secret: refuse, web: refuse }), '');
}

function refuse() {
  return { ok: false, problem: 'no files here', problems: ['no files here'] } as const;
}

export function definition(schema: z.core.$ZodType): Definition {
  return (schema as z.core.$ZodTypes)._zod.def;
}

function keysOf(schema: z.core.$ZodType, path: string): Key[] {
  const def = definition(schema);
  switch (def.type) {
    case 'object':
      return Object.entries(def.shape).flatMap(([name, member]) => {
        const at = path === '' ? name : `${path}.${name}`;
        const below = keysOf(member, at);
        const key = keyOf(member, at);
        // A section is no key of its own: it is always there.
        const isSection = below.length > 0 && isObject(member) && key.kind !== 'none' && key.default !== null;
        return isSection ? below : [key, ...below];
      });
    case 'array':
      return keysOf(def.element, `${path}[]`);
    case 'union':
      return def.options.flatMap((option) => keysOf(option, path.replace(/\[\]$/, `[${typeOf(option)}]`)));
    case 'pipe':
      return keysOf(def.in, path);
    case 'optional':
    case 'nullable':
    case 'prefault':
      return keysOf(def.innerType, path);
    default:
      return [];
  }
}

function keyOf(schema: z.core.$ZodType, path: string): Key {
  const def = definition(schema);
  const said = { path, takes: takes(schema), meaning: meaning(schema) };
  if (def.type === 'prefault') return { ...said, kind: 'default', default: def.defaultValue };
  return { ...said, kind: def.type === 'optional' ? 'none' : 'required', default: undefined };
}

function isObject(schema: z.core.$ZodType): boolean {
  const def = definition(schema);
  if (def.type === 'object') return true;
  if (def.type === 'pipe') return isObject(def.in);
  return 'innerType' in def && isObject(def.innerType);
}

function typeOf(source: z.core.$ZodType): string {
  const def = definition(source);
  if (def.type === 'pipe') return typeOf(def.in);
  const type = def.type === 'object' ? definition(def.shape['type'] as z.core.$ZodType) : def;
  if (type.type !== 'literal') throw new Error('a source without a literal type');
  return String(type.values[0]);
}

function meaning(schema: z.core.$ZodType): string | null {
  return z.globalRegistry.get(schema)?.description ?? null;
}
