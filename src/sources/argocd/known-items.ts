import { setImmediate } from 'node:timers/promises';
import { sameJson } from '../../domain/same-json.ts';
import { shapeProblem } from '../../upstream/read-json.ts';
import type { Listed } from './application.ts';
import { listedApplication } from './schema.ts';

/** So many items are read before others get their turn. */
const SLICE = 200;

/** The items of the list, read only where they are not as they were: of thousands a poll shows a few that changed. */
export class KnownItems {
  /** By place in the list, which is sorted: it moves only when an application comes or goes. */
  #known: readonly { readonly raw: unknown; readonly listed: Listed }[] = [];

  /** What is listed; or what is wrong with the first item that cannot be read. */
  async read(
    items: readonly unknown[],
  ): Promise<
    { readonly ok: true; readonly listed: readonly Listed[] } | { readonly ok: false; readonly problem: string }
  > {
    const before = this.#known;
    const known: { readonly raw: unknown; readonly listed: Listed }[] = [];
    // An application that comes or goes moves the others: one is looked for where the last one was found.
    let shift = 0;
    for (const [index, raw] of items.entries()) {
      if (index % SLICE === SLICE - 1) await setImmediate();
      const step = [0, -1, 1].find((by) => sameJson(before[index + shift + by]?.raw, raw));
      const same = step === undefined ? undefined : before[index + shift + step];
      if (same !== undefined) {
        shift += step ?? 0;
        known.push(same);
        continue;
      }
      const parsed = listedApplication.safeParse(raw);
      if (!parsed.success) return { ok: false, problem: shapeProblem(parsed.error, ['items', index]) };
      known.push({ raw, listed: parsed.data });
    }
    this.#known = known;
    return { ok: true, listed: known.map(({ listed }) => listed) };
  }
}
