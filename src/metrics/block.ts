import { type Packed, pack } from './gzip.ts';

/**
 * A piece of the page that never changes once it is made, so a scrape that holds it may take its time.
 * Bytes are made when they are first asked for, and kept: most pieces are only ever asked for in one encoding.
 */
export class Block {
  readonly #lines: readonly string[];
  #plain: Buffer | null = null;
  #packed: Packed | null = null;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  plain(): Buffer {
    this.#plain ??= this.#render();
    return this.#plain;
  }

  packed(): Packed {
    this.#packed ??= pack(this.#plain ?? this.#render());
    return this.#packed;
  }

  #render(): Buffer {
    return Buffer.from(this.#lines.join(''));
  }
}
