import { createHash } from 'node:crypto';

/**
 * Which of `modulus` parts (1 or more) a text belongs to, from 0 on: the last eight bytes of its MD5, the highest first,
 * modulo `modulus`. So does Prometheus' relabelling (model/relabel/relabel.go), and both say the same of a text.
 */
export function hashModulo(text: string, modulus: number): string {
  return String(createHash('md5').update(text).digest().readBigUInt64BE(8) % BigInt(modulus));
}
