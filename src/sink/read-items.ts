/** One item of a body, or why it is none. */
export type RawItem = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly detail: string };

/**
 * The items of a body: one JSON value, an array of them, or one to a line. Throws a SyntaxError when it is none of
 * these: not one of its lines is JSON.
 */
export function readItems(body: string, lines: boolean): readonly RawItem[] {
  if (!lines) {
    try {
      const value: unknown = JSON.parse(body);
      return (Array.isArray(value) ? value : [value]).map((item) => ({ ok: true, value: item }));
    } catch (error) {
      // Whoever sends lines need not say so.
      const items = readLines(body);
      if (items.length < 2 || items.every(({ ok }) => !ok)) throw error;
      return items;
    }
  }
  const items = readLines(body);
  const [first] = items;
  if (first?.ok === false && items.every(({ ok }) => !ok)) throw new SyntaxError(first.detail);
  return items;
}

function readLines(body: string): readonly RawItem[] {
  return body
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      try {
        return { ok: true, value: JSON.parse(line) as unknown };
      } catch (error) {
        return { ok: false, detail: `is not JSON: ${error instanceof Error ? error.message : error}` };
      }
    });
}
