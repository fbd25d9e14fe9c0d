/** What Go's `omitempty` does: a value that says nothing is left out of the JSON. */
export function omitEmpty<T>(value: T): T | undefined {
  if (value === null || value === '' || value === 0 || value === false) return undefined;
  if (typeof value === 'object' && Object.keys(value as object).length === 0) return undefined;
  return value;
}
