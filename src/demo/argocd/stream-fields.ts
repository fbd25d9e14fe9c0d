/** Takes out of a message what `fields` does not select. */
export type Filter = (message: object) => object;

/**
 * Reads the `fields` of a stream, which, unlike those of a list, may name any path (processItem in
 * grpc/http/forwarders.go of argoproj/pkg): a parent keeps all below it, and the entries of a list share their parent's
 * path. An error is a message like any other, so without `error` among the fields it becomes `{}`.
 */
export function filterOf(fields: string): Filter {
  if (fields === '') return (message) => message;
  const excludes = fields.startsWith('-');
  const named = (excludes ? fields.slice(1) : fields).split(',');
  function keeps(path: string): boolean {
    // By the letters, not by the steps of the path: `status.syncResult` keeps `status.sync` as an empty object.
    return excludes ? !named.includes(path) : named.some((field) => field.startsWith(path));
  }
  function filter(value: unknown, path: string): unknown {
    if (named.includes(path)) return value;
    if (Array.isArray(value)) return value.map((entry) => filterMembers(entry, path));
    return filterMembers(value, path);
  }
  function filterMembers(value: unknown, path: string): unknown {
    if (value === null || typeof value !== 'object') return value;
    const kept = Object.entries(value)
      .map(([key, inner]) => [key, inner, path === '' ? key : `${path}.${key}`] as const)
      .filter(([, , inner]) => keeps(inner));
    return Object.fromEntries(kept.map(([key, inner, at]) => [key, filter(inner, at)]));
  }
  return (message) => filterMembers(message, '') as object;
}
