import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Reading } from '../../sources/setting-pieces.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** All certificates of a text in PEM: at least one. */
export function certificates(text: string): Reading<readonly [X509Certificate, ...X509Certificate[]]> {
  try {
    const [first, ...others] = [...text.matchAll(CERTIFICATE)].map(([pem]) => new X509Certificate(pem));
    if (first !== undefined) return { ok: true, value: [first, ...others] };
  } catch {
    // What was tried to be read is no help, and it is not shown.
  }
  return { ok: false, problem: 'no certificate in PEM; give one' };
}

/** The private key of a text in PEM. No problem ever shows any of it. */
export function privateKey(text: string): Reading<KeyObject> {
  try {
    return { ok: true, value: createPrivateKey(text) };
  } catch {
    return { ok: false, problem: 'no private key in PEM that can be used without a passphrase; give one' };
  }
}
