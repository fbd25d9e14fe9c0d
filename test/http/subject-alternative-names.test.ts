import { X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { subjectAlternativeNames } from '../../src/http/subject-alternative-names.ts';
import { pem } from './tls-support.ts';

it('reads names of every kind, IP addresses as Go writes them', () => {
  expect(subjectAlternativeNames(new X509Certificate(pem('client')))).toEqual([
    'prometheus.example.org',
    'ops@example.org',
    '192.0.2.7',
    '2001:db8::7',
    'spiffe://example.org/prometheus',
  ]);
});

it.each([
  ['no names', undefined, []],
  ['a name that would pose as two', 'DNS:"evil.org, DNS:prometheus", DNS:b', ['evil.org, DNS:prometheus', 'b']],
  ['a quote within', String.raw`URI:"a\"b, DNS:c"`, ['a"b, DNS:c']],
  ['kinds that are not looked at', 'DirName:"CN=a, O=b", othername:x:<unsupported>, DNS:a', ['a']],
  ['what cannot be read', 'DNS:"open', []],
])('%s', (_, subjectAltName, names) => {
  expect(subjectAlternativeNames({ subjectAltName })).toEqual(names);
});
