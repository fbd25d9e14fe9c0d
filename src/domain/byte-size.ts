const UNITS = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** Bytes of a size such as `64KiB` or `128MiB`: a whole number and B, KiB, MiB or GiB. Null for any other text. */
export function parseByteSize(text: string): number | null {
  const found = /^(\d+)(B|KiB|MiB|GiB)$/.exec(text);
  if (found === null) return null;
  const bytes = Number(found[1]) * UNITS[found[2] as keyof typeof UNITS];
  return Number.isSafeInteger(bytes) ? bytes : null;
}
