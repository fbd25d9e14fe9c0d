import { z } from 'zod';
import { parseDuration } from '../domain/duration.ts';
import { mismatch, reading } from '../sources/setting-pieces.ts';
import { always, noneTwice } from './none-twice.ts';

/** A span back from now over which ratios and times are taken. */
export interface Window {
  /** As it was written: the value of the label `window`. */
  readonly name: string;
  readonly ms: number;
}

export function windows() {
  const right = 'a duration such as 7d, longer than none';
  const list = z.array(
    reading<Window>(right, (name) => {
      const ms = parseDuration(name);
      return ms === null || ms === 0
        ? { ok: false, problem: mismatch(right, name) }
        : { ok: true, value: { name, ms } };
    }),
  );
  return list.superRefine(noneTwice('ms', []), always);
}
