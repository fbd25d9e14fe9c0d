import type { X509Certificate } from 'node:crypto';
import { SocketAddress } from 'node:net';

/** DNS names, mail addresses, IP addresses and URIs: the kinds that the exporter toolkit looks at. */
const NAME = /^(DNS|email|IP Address|URI):("(?:[^"\\]|\\.)*"|[^",][^,]*)(?:, |$)/;
const OTHER = /^[^:,]+:(?:"(?:[^"\\]|\\.)*"|[^",][^,]*)(?:, |$)/;

/**
 * The subject alternative names of a certificate, IP addresses in their shortest form. Node.js gives them as one text,
 * in which a name with a comma or another odd character stands as a JSON string, so that none can pose as two.
 */
export function subjectAlternativeNames(certificate: Pick<X509Certificate, 'subjectAltName'>): string[] {
  const names: string[] = [];
  let rest = certificate.subjectAltName ?? '';
  while (rest !== '') {
    const name = NAME.exec(rest);
    const entry = name ?? OTHER.exec(rest);
    // What cannot be read is not guessed at.
    if (entry === null) return [];
    if (name?.[1] !== undefined && name[2] !== undefined) names.push(plain(name[1], unquoted(name[2])));
    rest = rest.slice(entry[0].length);
  }
  return names;
}

function unquoted(text: string): string {
  return text.startsWith('"') ? String(JSON.parse(text)) : text;
}

function plain(kind: string, text: string): string {
  return kind === 'IP Address' && text.includes(':')
    ? new SocketAddress({ address: text, family: 'ipv6' }).address
    : text;
}
