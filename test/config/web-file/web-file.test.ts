import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { parseGoDuration } from '../../../src/config/go-duration.ts';
import { CIPHER_SUITES } from '../../../src/config/web-file/tls-names.ts';
import { pem } from '../../http/tls-support.ts';
import { configOf } from '../support.ts';
import { HASH, WebFolder } from './support.ts';

const PAIR = 'cert_file: server.pem, key_file: server-key.pem';
const TLS = `tls_server_config: {${PAIR}}`;

describe('the web configuration file', () => {
  it.each([
    '',
    'tls_server_config: {}',
    'tls_server_config:\nbasic_auth_users:\nhttp_server_config:\nrate_limit:',
    'rate_limit: {interval: 0s, burst: 0}',
  ])('says nothing by %j', (yaml) => {
    using folder = new WebFolder();
    expect(folder.opened(yaml).current()).toEqual({ tls: null, headers: {}, users: new Map(), rateLimit: null });
  });

  it('says all that it can', () => {
    using folder = new WebFolder();
    const file = folder.opened(`
tls_server_config:
  cert_file: server.pem
  key_file: ./server-key.pem
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ${join(folder.path, 'client-ca.pem')}
  client_allowed_sans: [prometheus.example.org, 192.0.2.7]
  min_version: TLS12
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: false
  curve_preferences: [X25519, CurveP256]
http_server_config:
  http2: false
  headers:
    Strict-Transport-Security: max-age=31536000
    X-Frame-Options: deny
    X-Content-Type-Options: nosniff
    X-XSS-Protection: ""
basic_auth_users:
  ann: ${HASH}
rate_limit: {interval: 100ms, burst: 20}
`);
    expect(file.current()).toEqual({
      tls: {
        context: {
          cert: pem('server'),
          key: pem('server-key'),
          ca: pem('client-ca'),
          ciphers:
            'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256',
          ecdhCurve: 'X25519:P-256',
          minVersion: 'TLSv1.2',
          maxVersion: 'TLSv1.3',
          honorCipherOrder: false,
        },
        clientAuth: 'RequireAndVerifyClientCert',
        allowedSans: ['prometheus.example.org', '192.0.2.7'],
      },
      headers: {
        'strict-transport-security': 'max-age=31536000',
        'x-frame-options': 'deny',
        'x-content-type-options': 'nosniff',
      },
      users: new Map([['ann', HASH]]),
      rateLimit: { intervalMs: 100, burst: 20 },
    });
    expect(file.warnings).toEqual([]);
  });

  it('may hold certificates and the key itself', () => {
    using folder = new WebFolder();
    const inline = (name: string) => JSON.stringify(pem(name));
    const file = folder.opened(
      `tls_server_config: {cert: ${inline('server')}, key: ${inline('server-key')}, client_ca: ${inline('client-ca')}, client_auth_type: VerifyClientCertIfGiven}`,
    );
    expect(file.current().tls?.context).toMatchObject({ cert: pem('server'), ca: pem('client-ca') });
    expect(JSON.stringify(file)).not.toContain('PRIVATE');
  });

  it('may name the policy as the toolkit once did', () => {
    using folder = new WebFolder();
    const file = folder.opened(`tls_server_config: {${PAIR}, client_auth_type: RequireClientCert}`);
    expect(file.current().tls?.clientAuth).toBe('RequireAnyClientCert');
  });

  it.each(CIPHER_SUITES)('may choose %s', (suite) => {
    using folder = new WebFolder();
    const { tls } = folder.opened(`tls_server_config: {${PAIR}, cipher_suites: [${suite}]}`).current();
    expect(() => createSecureContext(tls?.context)).not.toThrow();
  });

  it('keeps a user whose name means something to JavaScript', () => {
    using folder = new WebFolder();
    const { users } = folder.opened(`basic_auth_users: {__proto__: "${HASH}", constructor: "${HASH}"}`).current();
    expect([...users.keys()]).toEqual(['__proto__', 'constructor']);
  });

  it('warns of HTTP/2, which this server does not speak', () => {
    using folder = new WebFolder();
    folder.write('web.yml', 'http_server_config: {http2: true}');
    const loaded = folder.load('web: {config_file: web.yml}\nsources: []');
    expect(loaded).toMatchObject({ warnings: [expect.anything(), expect.stringContaining('HTTP/1.1 alone')] });
    expect(configOf(loaded).web.configFile?.path).toBe(join(folder.path, 'web.yml'));
  });
});

describe('a change of the web configuration file', () => {
  it('is there at once, of the file or of one that it names', () => {
    using folder = new WebFolder();
    const file = folder.opened(TLS);
    const before = file.current();
    expect(file.current()).toBe(before);
    folder.write('web.yml', `${TLS}\nbasic_auth_users: {ann: "${HASH}"}`);
    expect([...file.current().users.keys()]).toEqual(['ann']);
    // A certificate comes before its key: until then, the old pair is in use.
    folder.copy('renewed', 'server');
    expect(file.current().tls?.context.cert).toBe(pem('server'));
    folder.copy('renewed-key', 'server-key');
    expect(file.current().tls?.context).toMatchObject({ cert: pem('renewed'), key: pem('renewed-key') });
    expect(folder.reported).toEqual([expect.stringContaining('key_file: not the private key of the certificate')]);
  });

  it('is seen through a link that is swapped, as Kubernetes does', () => {
    using folder = new WebFolder();
    for (const [version, name] of [
      ['a', 'server'],
      ['b', 'renewed'],
    ] as const) {
      for (const file of ['', '-key']) folder.write(`${version}/tls${file}.pem`, pem(`${name}${file}`));
    }
    symlinkSync('a', join(folder.path, 'data'));
    const file = folder.opened('tls_server_config: {cert_file: data/tls.pem, key_file: data/tls-key.pem}');
    symlinkSync('b', join(folder.path, 'next'));
    renameSync(join(folder.path, 'next'), join(folder.path, 'data'));
    expect(file.current().tls?.context.cert).toBe(pem('renewed'));
    expect(folder.reported).toEqual([]);
  });

  it.each([
    ['an unknown key', (folder: WebFolder) => folder.write('web.yml', `${TLS}\nusers: {}`), 'users: unknown key'],
    ['a file that is gone', (folder: WebFolder) => rmSync(join(folder.path, 'web.yml')), 'does not exist'],
    ['a certificate that is gone', (folder: WebFolder) => rmSync(join(folder.path, 'server.pem')), 'does not exist'],
    ['no TLS any more', (folder: WebFolder) => folder.write('web.yml', ''), 'from on to off, which takes a restart'],
    [
      'client certificates',
      (folder: WebFolder) =>
        folder.write('web.yml', `tls_server_config: {${PAIR}, client_auth_type: RequireAnyClientCert}`),
      'from on to on, with client certificates, which takes a restart',
    ],
  ])('to %s changes nothing, and is told once', (_, change, problem) => {
    using folder = new WebFolder();
    const file = folder.opened(TLS);
    const before = file.current();
    change(folder);
    for (let times = 0; times < 3; times += 1) expect(file.current()).toBe(before);
    expect(folder.reported).toEqual([expect.stringContaining(problem)]);
    expect(folder.reported[0]).toMatch(/the last good one stays in use$/);

    folder.copy('server', 'server');
    folder.write('web.yml', `${TLS}\nbasic_auth_users: {ann: "${HASH}"}`);
    expect(file.current().users.size).toBe(1);
    expect(folder.reported).toHaveLength(1);
  });
});

it.each([
  ['0', 0],
  ['0s', 0],
  ['100ms', 100],
  ['1.5s', 1500],
  ['1m30s', 90_000],
  ['2h', 7_200_000],
  ['500us', 0.5],
  ['.5s', 500],
  ['1', null],
  ['-1s', null],
  ['1d', null],
  ['s', null],
  ['1 s', null],
  ['', null],
])("Go's duration %j is %s ms", (text, ms) => {
  expect(parseGoDuration(text)).toBe(ms);
});
