import { z } from 'zod';

/** What a schema takes, in words with Markdown: `a duration, 1s to 1d`, `a list of names`, `true` or `false`. */
export function takes(schema: z.core.$ZodType): string {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  const said = z.globalRegistry.get(schema);
  if (typeof said?.['takes'] === 'string')
    return said['takes'].replace(/,? such as .*| \(in quotes.*/, '') + bounds(said);
  switch (def.type) {
    case 'prefault':
    case 'optional':
      return takes(def.innerType);
    case 'nullable':
      return `${takes(def.innerType)}, or \`null\``;
    case 'pipe':
      return takes(isEnum(def.out) ? def.out : def.in);
    case 'array':
      return `a list, each ${takes(def.element)}`;
    case 'record':
      return `by name, each ${takes(def.valueType)}`;
    case 'object':
    case 'union':
      return 'keys';
    case 'boolean':
      return '`true` or `false`';
    case 'enum':
      return Object.values(def.entries)
        .map((value) => `\`${value}\``)
        .join(', ');
    case 'literal':
      return def.values.map((value) => `\`${value}\``).join(', ');
    case 'number':
      return number(schema as z.ZodNumber);
    case 'string':
      return 'a text';
    default:
      throw new Error(`no words for what ${def.type} takes`);
  }
}

function number({ minValue, isInt }: z.ZodNumber): string {
  const least = isInt && minValue !== null ? `, ${minValue} or more` : '';
  return `${isInt ? 'a whole number' : 'a number'}${least}`;
}

function bounds({ least, most }: Readonly<Record<string, unknown>>): string {
  if (most !== undefined) return `, \`${least ?? '0s'}\` to \`${most}\``;
  return least === undefined ? '' : `, at least \`${least}\``;
}

/** Of a pipe whose end alone says what is right. */
function isEnum(schema: z.core.$ZodType): boolean {
  return (schema as z.core.$ZodTypes)._zod.def.type === 'enum';
}
