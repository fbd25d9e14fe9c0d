import { isMap, isScalar, type Pair, parseDocument } from 'yaml';

/** A key of values.yaml that is documented as a whole. */
export interface Value {
  readonly path: readonly string[];
  readonly default: unknown;
  readonly description: string;
  /** What `@schema` says of it. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/**
 * The documented keys of a values.yaml. Every key has a comment that begins with `--`, or is a map of such. Throws for one
 * that has none.
 */
export function documentedValues(text: string): readonly Value[] {
  const { contents } = parseDocument(text);
  if (!isMap(contents)) throw new Error('values.yaml is no map');
  return contents.items.flatMap((pair, index) => {
    // The comment above the first key is the map's.
    const above = index === 0 ? (contents.commentBefore ?? '') : '';
    return valuesOf(pair as Pair<unknown, unknown>, [], above);
  });
}

function valuesOf(pair: Pair<unknown, unknown>, above: readonly string[], comment: string): readonly Value[] {
  if (!isScalar(pair.key)) throw new Error(`a key below ${above.join('.')} is no scalar`);
  const path = [...above, String(pair.key.value)];
  const lines = `${comment}\n${pair.key.commentBefore ?? ''}`.split('\n').map((line) => line.trim());
  const begin = lines.findLastIndex((line) => line.startsWith('-- '));
  const { value } = pair;
  if (begin >= 0) {
    const description = lines.slice(begin).join(' ').slice(3).trim();
    const schema = lines.find((line) => line.startsWith('@schema '))?.slice('@schema '.length) ?? '{}';
    return [{ path, default: plain(value), description, schema: JSON.parse(schema) }];
  }
  if (!isMap(value) || value.items.length === 0) throw new Error(`${path.join('.')} is not documented`);
  return value.items.flatMap((item, index) =>
    valuesOf(item as Pair<unknown, unknown>, path, index === 0 ? (value.commentBefore ?? '') : ''),
  );
}

function plain(value: unknown): unknown {
  return value !== null && typeof value === 'object' && 'toJSON' in value && typeof value.toJSON === 'function'
    ? value.toJSON()
    : value;
}
