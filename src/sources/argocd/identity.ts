import { createHash } from 'node:crypto';

/**
 * What was deployed, as one text: two attempts with one identity tried the same change (counting.md §3). The revisions,
 * and the sources without what moves by itself: `targetRevision`, empty members, the order of keys.
 */
export function identityOf(revisions: readonly string[], sources: readonly unknown[]): string {
  const named = revisions.length === 0 ? ['none'] : revisions.map((revision) => revision || 'none');
  const plain = JSON.stringify([named, sources.map(normalised)]);
  return createHash('sha256').update(plain).digest('hex').slice(0, 32);
}

/** Whether a value is nothing to Go: missing, null, an empty text, or holds nothing but such. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

function normalised(source: unknown): unknown {
  if (typeof source !== 'object' || source === null) return source;
  const { targetRevision: _, ...rest } = source as Record<string, unknown>;
  return cleaned(rest);
}

function cleaned(value: unknown): unknown {
  // The place of an element has a meaning, be it empty.
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value)
    .filter(([, member]) => !isEmpty(member))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([key, member]) => [key, cleaned(member)]));
}
