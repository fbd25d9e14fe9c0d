import { describe, expect, it } from 'vitest';
import { HASH, WebFolder } from './support.ts';

const PAIR = 'cert_file: server.pem, key_file: server-key.pem';
const tls = (keys: string) => `tls_server_config: {${keys}}`;

describe('the web configuration file is refused for', () => {
  it.each([
    [
      'an unknown section',
      'tls_config: {}',
      'tls_config: unknown key; known keys here: tls_server_config, http_server_config',
    ],
    [
      'an unknown key',
      tls(`${PAIR}, cert_path: a`),
      'tls_server_config.cert_path: unknown key; known keys here: cert,',
    ],
    [
      'no certificate',
      tls('key_file: server-key.pem'),
      'tls_server_config.cert_file: missing; give the path of the certificate',
    ],
    ['no key', tls('cert_file: server.pem'), 'tls_server_config.key_file: missing; give the path of the private key'],
    ['a file that is not there', tls('cert_file: no.pem, key_file: server-key.pem'), 'no.pem does not exist;'],
    ['a folder', tls('cert_file: ., key_file: server-key.pem'), 'is not a regular file'],
    [
      'no PEM',
      tls('cert_file: web.yml, key_file: server-key.pem'),
      'tls_server_config.cert_file: no certificate in PEM',
    ],
    [
      'a key that is none',
      tls('cert_file: server.pem, key_file: server.pem'),
      'tls_server_config.key_file: no private key in PEM',
    ],
    [
      'the key of another',
      tls('cert_file: server.pem, key_file: renewed-key.pem'),
      'tls_server_config.key_file: not the private key',
    ],
    ['both of a kind', tls(`${PAIR}, key: "x"`), 'tls_server_config.key: given beside key_file; give one of the two'],
    [
      'an unknown version',
      tls(`${PAIR}, min_version: TLS14`),
      'tls_server_config.min_version: "TLS14" is not right; give one of TLS10',
    ],
    [
      'versions the wrong way',
      tls(`${PAIR}, min_version: TLS13, max_version: TLS12`),
      'tls_server_config.min_version: newer than',
    ],
    [
      'an unknown cipher',
      tls(`${PAIR}, cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]`),
      'tls_server_config.cipher_suites[0]: "TLS_RSA',
    ],
    ['an unknown curve', tls(`${PAIR}, curve_preferences: [X448]`), 'tls_server_config.curve_preferences[0]: "X448"'],
    [
      'an unknown policy',
      tls(`${PAIR}, client_auth_type: Always`),
      'tls_server_config.client_auth_type: "Always" is not right',
    ],
    [
      'an authority without a policy',
      tls(`${PAIR}, client_ca_file: client-ca.pem`),
      'tls_server_config.client_auth_type: NoClientCert',
    ],
    [
      'a policy without an authority',
      tls(`${PAIR}, client_auth_type: RequireAndVerifyClientCert`),
      'tls_server_config.client_ca_file: missing',
    ],
    [
      'an authority that is none',
      tls(`${PAIR}, client_auth_type: RequireAndVerifyClientCert, client_ca_file: server-key.pem`),
      'client_ca_file: no certificate',
    ],
    [
      'names without effect',
      tls(`${PAIR}, client_auth_type: RequestClientCert, client_allowed_sans: [a]`),
      'tls_server_config.client_allowed_sans: without effect',
    ],
    [
      'no name at all',
      tls(`${PAIR}, client_auth_type: RequireAnyClientCert, client_allowed_sans: []`),
      'tls_server_config.client_allowed_sans: empty',
    ],
    ['another header', 'http_server_config: {headers: {Server: a}}', 'http_server_config.headers.Server: unknown key'],
    [
      'a value of a header',
      'http_server_config: {headers: {X-Frame-Options: allow}}',
      'http_server_config.headers["X-Frame-Options"]: "allow"',
    ],
    [
      'a header of two lines',
      'http_server_config: {headers: {X-XSS-Protection: "a\\r\\nb: c"}}',
      'headers["X-XSS-Protection"]: has characters',
    ],
    [
      'a password in place of its hash',
      'basic_auth_users: {ann: hunter2}',
      'basic_auth_users[0]: not the hash of a password',
    ],
    ['a user without one', 'basic_auth_users: {ann: }', 'basic_auth_users[0]: not the hash of a password'],
    ['a hash that takes minutes', `basic_auth_users: {ann: "${HASH.replace('$04$', '$20$')}"}`, 'a cost of 4 to 16'],
    ['a name that none can send', `basic_auth_users: {"a:b": "${HASH}"}`, 'basic_auth_users[0]: the name'],
    ['an empty section that is not known', 'users: {}', 'users: unknown key; known keys here'],
    ['users as a list', 'basic_auth_users: [ann]', 'basic_auth_users: not a set of keys'],
    [
      'an odd interval',
      'rate_limit: {interval: often, burst: 1}',
      'rate_limit.interval: "often" is not right; give a duration',
    ],
    ['an interval without a unit', 'rate_limit: {interval: 1000, burst: 1}', 'rate_limit.interval: 1000 is not right'],
    ['a burst that lets nobody pass', 'rate_limit: {interval: 1s}', 'rate_limit.burst: missing or 0'],
    ['broken YAML', 'basic_auth_users: [s3cret', 'line 1, column'],
    ['a key that stands twice', 'rate_limit: {}\nrate_limit: {}', 'line 2, column 1: duplicate key'],
  ])('%s', (_, yaml, problem) => {
    using folder = new WebFolder();
    const opened = folder.open(yaml);
    expect(opened.ok ? [] : opened.problems).toEqual([expect.stringContaining(problem)]);
    // Neither passwords nor keys are told.
    expect(JSON.stringify(opened)).not.toMatch(/hunter2|s3cret|PRIVATE KEY/);
  });

  it('all that is wrong with it at once, as problems of web.config_file', () => {
    using folder = new WebFolder();
    folder.write('web.yml', 'tls_server_config: {cert_file: a, key_file: b}\nbasic_auth_users: {ann: x}');
    expect(folder.load('web: {config_file: web.yml}')).toEqual({
      ok: false,
      problems: [
        expect.stringMatching(
          /^dora\.yml: web\.config_file: \S+web\.yml: tls_server_config\.cert_file: \S+a does not exist/,
        ),
        expect.stringMatching(
          /^dora\.yml: web\.config_file: \S+web\.yml: tls_server_config\.key_file: \S+b does not exist/,
        ),
        expect.stringMatching(/^dora\.yml: web\.config_file: \S+web\.yml: basic_auth_users\[0\]: /),
      ],
    });
  });

  it('not being there', () => {
    using folder = new WebFolder();
    const loaded = folder.load('web: {config_file: no.yml}');
    expect(loaded).toMatchObject({ problems: [expect.stringMatching(/web\.config_file: \S+no\.yml does not exist/)] });
  });
});
