const EVERY_VERSION = [
  'items.metadata.name',
  'items.metadata.namespace',
  'items.metadata.labels',
  'items.metadata.creationTimestamp',
  'items.metadata.deletionTimestamp',
  'items.status.health',
  'items.status.sync.status',
  'items.status.operationState.phase',
  'items.status.operationState.startedAt',
  'items.status.operationState.finishedAt',
];

/**
 * What to ask a list for. Servers drop in silence what they do not know: before 3.5 the parts of `spec` (facts §1.1), of
 * which then the whole is asked for. `version` as the server tells it, such as "v3.5.1+abc"; empty: unknown.
 */
export function fieldsFor(version: string): readonly string[] {
  const [, major = 0, minor = 0] = /^v?(\d+)\.(\d+)/.exec(version)?.map(Number) ?? [];
  const parts = major > 3 || (major === 3 && minor >= 5);
  return [...EVERY_VERSION, ...(parts ? ['items.spec.project', 'items.spec.destination'] : ['items.spec'])];
}
