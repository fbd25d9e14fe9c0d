import { z } from 'zod';

type Path = (string | number)[];

/** A value of the configuration and where it stands. */
export interface Place {
  readonly path: Path;
  readonly value: unknown;
}

/**
 * A check that no two elements of a list have the same `key`; the problem is told `at` this path within the element.
 * It also runs beside other problems, so an element may be anything.
 */
export function noneTwice(key: string, at: Path = [key]): (elements: unknown, context: z.RefinementCtx) => void {
  return (elements, context) => {
    if (!Array.isArray(elements)) return;
    const places = elements.map((element: unknown, index) => ({ path: [index, ...at], value: member(element, key) }));
    reportTwice(places, context);
  };
}

/** Reports each place whose value an earlier one has. */
export function reportTwice(places: readonly Place[], context: z.RefinementCtx): void {
  const first = new Map<unknown, Path>();
  for (const { path, value } of places) {
    const earlier = first.get(value);
    if (value === undefined) continue;
    if (earlier === undefined) first.set(value, path);
    else {
      const message = `the same as ${z.core.toDotPath(earlier)}; each must be different`;
      context.addIssue({ code: 'custom', path, message });
    }
  }
}

/** A member of what may be anything. */
export function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** For zod: run a check also where other problems were found. */
export const always = { when: () => true } as const;
