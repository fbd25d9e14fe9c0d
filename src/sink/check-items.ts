import { setImmediate } from 'node:timers/promises';
import type { z } from 'zod';
import type { RawItem } from './read-items.ts';

/** A valid item, and what of it could not be kept, in words; null: all of it is. */
export interface Kept<T> {
  readonly item: T;
  readonly note: string | null;
}

/** An item of a post after it was looked at. */
export type Checked<T> =
  | ({ readonly ok: true } & Kept<T>)
  /** What is wrong with it, with the field that is. */
  | { readonly ok: false; readonly detail: string };

/** Most items that are looked at before others run. */
const ITEMS_PER_TURN = 100;

/** Looks at each item by itself: a bad one does not keep out the others. */
export async function checkItems<T>(
  items: readonly RawItem[],
  schema: z.ZodType<Kept<T>>,
): Promise<readonly Checked<T>[]> {
  const checked: Checked<T>[] = [];
  for (const item of items) {
    checked.push(item.ok ? check(item.value, schema) : item);
    if (checked.length % ITEMS_PER_TURN === 0) await setImmediate();
  }
  return checked;
}

function check<T>(value: unknown, schema: z.ZodType<Kept<T>>): Checked<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, ...parsed.data };
  const details = parsed.error.issues.map((issue) => {
    if (issue.code === 'unrecognized_keys') return `${issue.keys.join(', ')}: there is no such field`;
    if (issue.path.length === 0) return 'must be an object';
    return `${issue.path.join('.')} ${issue.message}`;
  });
  return { ok: false, detail: details.join('; ') };
}
