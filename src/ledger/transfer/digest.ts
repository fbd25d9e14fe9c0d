import { createHash } from 'node:crypto';
import type { Row } from './read-pages.ts';

/** What all rows of a table come to. */
export interface Digest {
  readonly rows: number;
  /** SHA-256 over the rows in order, in hexadecimal. */
  readonly sha256: string;
}

/** Takes the digest of rows while they pass. */
export class RunningDigest {
  readonly #hash = createHash('sha256');
  #rows = 0;

  add(rows: readonly Row[]): void {
    this.#rows += rows.length;
    for (const row of rows) this.#hash.update(`${JSON.stringify(row)}\n`);
  }

  end(): Digest {
    return { rows: this.#rows, sha256: this.#hash.digest('hex') };
  }
}
