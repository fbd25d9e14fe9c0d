/** What an application is known by in the whole cluster. */
export function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
