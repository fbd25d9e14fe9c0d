import { constants, crc32, deflateRawSync } from 'node:zlib';
import { combineCrc32, crc32Shift } from './crc32-combine.ts';

/**
 * gzip in pieces that are compressed once and joined as often as needed. The pieces become *one* gzip member, as
 * pigz makes them. Members one after the other would be simpler and just as valid (RFC 1952 §2.2), but browsers
 * stop after the first of them and curl reports an error.
 */
export interface Packed {
  readonly deflated: Uint8Array;
  readonly crc32: number;
  readonly crc32Shift: number;
  /** Bytes before compression. */
  readonly length: number;
}

/** The format's magic, deflate, no flags, no time, fastest compression, unknown system (RFC 1952 §2.3). */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);

/** An empty last block: none of the pieces is marked as the last. */
const END = Buffer.from([3, 0]);

/** Compresses one piece so that another can follow it: it ends on a whole byte and refers to nothing before it. */
export function pack(plain: Buffer): Packed {
  // Level 1: lines like these shrink to a tenth by it, and every further level costs far more than it saves.
  const deflated = deflateRawSync(plain, { level: 1, finishFlush: constants.Z_SYNC_FLUSH });
  return {
    // A copy in memory of its own: zlib hands out the beginning of a buffer many times as large, and a small Buffer
    // would keep the whole pool alive that it was cut from.
    deflated: new Uint8Array(deflated),
    crc32: crc32(plain),
    crc32Shift: crc32Shift(plain.length),
    length: plain.length,
  };
}

/** The gzip file whose content is that of all pieces in order. */
export function joinPacked(pieces: readonly Packed[]): Uint8Array[] {
  let sum = 0;
  let length = 0;
  for (const piece of pieces) {
    sum = combineCrc32(sum, piece.crc32, piece.crc32Shift);
    length += piece.length;
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(sum, 0);
  trailer.writeUInt32LE(length % 2 ** 32, 4);
  return [HEADER, ...pieces.map(({ deflated }) => deflated), END, trailer];
}
