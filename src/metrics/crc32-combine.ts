/** The polynomial of gzip's checksum, bits reflected (RFC 1952 §8). */
const POLYNOMIAL = 0xedb88320;

/** x^0 in this representation: the highest bit is the lowest power. */
const ONE = 0x80000000;

/**
 * What `combineCrc32` needs to know of the second text's length: x^(8 · bytes) modulo the polynomial. It is
 * computed once per text, because it takes longer than combining.
 */
export function crc32Shift(bytes: number): number {
  let power = 0x00800000; // x^8
  let shift = ONE;
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shift = multiply(shift, power);
    power = multiply(power, power);
  }
  return shift;
}

/** The CRC-32 of two texts one after the other, from that of each: as zlib's crc32_combine does it. */
export function combineCrc32(first: number, second: number, shiftOfSecond: number): number {
  return (multiply(first, shiftOfSecond) ^ second) >>> 0;
}

/** Product of two polynomials over GF(2), modulo the checksum's. */
function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = ONE; bit > 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= shifted;
    shifted = (shifted & 1) === 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
  }
  return product >>> 0;
}
