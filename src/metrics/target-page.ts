import { Block } from './block.ts';
import type { Family, Format } from './family.ts';
import { header } from './format.ts';
import type { Lines } from './render.ts';

/**
 * Targets whose ids lie together share a block per family. Larger groups make an unchanged scrape cheaper, smaller
 * ones a scrape after a change: its whole block is put together again.
 */
const GROUP_SIZE = 32;

type Blocks = Readonly<Record<Format, Block>>;

interface Group {
  /** The lines of each target, one element per family. */
  readonly targets: (readonly Lines[] | undefined)[];
  /** Per family; null where a line changed since the block was made. */
  readonly blocks: (Blocks | null)[];
}

/** The lines of all targets, or teams, that are shown, kept in blocks that are made again only where a line changed. */
export class TargetPage {
  readonly #headers: readonly Blocks[];
  readonly #groups = new Map<number, Group>();
  /** Groups of which a block is missing. */
  readonly #stale = new Set<Group>();

  constructor(families: readonly Family[]) {
    this.#headers = families.map((family) => ({
      text: new Block([header(family, 'text')]),
      openmetrics: new Block([header(family, 'openmetrics')]),
    }));
  }

  /** Shows a target by these lines, one element per family, instead of any that it had. */
  show(id: number, lines: readonly Lines[]): void {
    this.#put(id, lines);
  }

  hide(id: number): void {
    this.#put(id, undefined);
  }

  /** Makes the blocks that are missing, one group at each step. */
  *refresh(): Generator<void> {
    for (const group of this.#stale) {
      this.#stale.delete(group);
      group.blocks.forEach((blocks, family) => {
        group.blocks[family] = blocks ?? blocksOf(group, family);
      });
      yield;
    }
  }

  /** The page as it was last refreshed: later changes do not touch the blocks given out. */
  blocks(format: Format): Block[] {
    const groups = [...this.#groups].sort(([a], [b]) => a - b).map(([, group]) => group);
    return this.#headers.flatMap((heading, family) => [
      heading[format],
      ...groups.flatMap((group) => group.blocks[family]?.[format] ?? []),
    ]);
  }

  #put(id: number, lines: readonly Lines[] | undefined): void {
    const number = Math.floor(id / GROUP_SIZE);
    const group = this.#groups.get(number) ?? { targets: [], blocks: this.#headers.map(() => null) };
    const before = group.targets[id % GROUP_SIZE];
    group.targets[id % GROUP_SIZE] = lines;
    for (const family of this.#headers.keys()) {
      // Comparing one format is enough: OpenMetrics has every character of the text format.
      if (before?.[family]?.openMetrics === lines?.[family]?.openMetrics) continue;
      group.blocks[family] = null;
      this.#stale.add(group);
    }
    if (group.targets.some((target) => target !== undefined)) this.#groups.set(number, group);
    else {
      this.#groups.delete(number);
      this.#stale.delete(group);
    }
  }
}

function blocksOf(group: Group, family: number): Blocks {
  const lines = group.targets.flatMap((target) => target?.[family] ?? []);
  const text = new Block(lines.map((line) => line.text));
  const differs = lines.some((line) => line.openMetrics !== line.text);
  return { text, openmetrics: differs ? new Block(lines.map((line) => line.openMetrics)) : text };
}
