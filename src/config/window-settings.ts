import { z } from 'zod';
import { parseDuration } from '../domain/duration.ts';
import type { Window } from '../domain/windows.ts';
import { mismatch, reading } from '../sources/setting-pieces.ts';
import { always, noneTwice } from './none-twice.ts';

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
