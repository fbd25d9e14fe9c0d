/** Values that a helper hands on as a part of its dict, by the name of the part. */
const HANDED_ON: Readonly<Record<string, readonly string[]>> = { monitor: ['serviceMonitor', 'podMonitor'] };

/**
 * The paths below `.Values` that a template reads, also by `$name := .Values.path` in the same file. That assignment alone
 * is no reading.
 */
export function valuesRead(template: string): ReadonlySet<string> {
  const aliases = new Map<string, readonly string[]>();
  const assigned = /(\$\w+) :?= ((?:\$|\.root)?\.Values\.([\w.]+)|\.(\w+)) *-?\}\}/g;
  const rest = template.replaceAll(assigned, (whole, alias: string, _: string, path?: string, part?: string) => {
    const targets = path !== undefined ? [path] : HANDED_ON[part ?? ''];
    if (targets === undefined) return whole;
    aliases.set(alias, targets);
    return '';
  });
  const direct = [...rest.matchAll(/\.Values\.([\w.]+)/g)].map(([, path = '']) => path);
  const aliased = [...rest.matchAll(/(\$\w+)\.([\w.]+)/g)].flatMap(([, alias = '', path = '']) =>
    (aliases.get(alias) ?? []).map((target) => `${target}.${path}`),
  );
  // An alias that is used bare reads the whole.
  const bare = [...rest.matchAll(/(\$\w+)(?![\w.])/g)].flatMap(([, alias = '']) =>
    (aliases.get(alias) ?? []).filter((target) => !HANDED_ON['monitor']?.includes(target)),
  );
  return new Set([...direct, ...aliased, ...bare]);
}
