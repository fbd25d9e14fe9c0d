import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { expect, it } from 'vitest';
import { Stage } from '../../e2e/stage.ts';
import { ask, CLIENT, pem } from '../../http/tls-support.ts';
import { Prometheus } from '../support/prometheus.ts';

const file = (name: string) => join(import.meta.dirname, '../../fixtures/tls', `${name}.pem`);

const TLS = `
tls_server_config:
  cert_file: server.pem
  key_file: server-key.pem
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: client-ca.pem
  client_allowed_sans: [prometheus.example.org]
`;
const users = (password: string) => `basic_auth_users: {prometheus: "${hashSync(password, 10)}"}\n`;

it('a real Prometheus scrapes with TLS, a client certificate and a password; without one of them it is refused', async () => {
  await using stage = await Stage.open();
  stage.push(stage.repo('acme/shop'), 'success', 100);
  for (const name of ['server', 'server-key', 'client-ca'])
    stage.write(`${name}.pem`, readFileSync(file(name), 'utf8'));
  stage.write('web.yml', TLS + users('first'));
  stage.write('admin', 'admin-token');
  stage.configure({
    web: '{listen_address: "127.0.0.1:0", config_file: web.yml, admin_tokens: [{name: ops, token_file: admin}]}',
  });
  await using program = await stage.start();
  const { url } = program;
  expect(url).toMatch(/^https:/);

  const trusting = { ca_file: file('ca') };
  const certificate = { ...trusting, cert_file: file('client'), key_file: file('client-key') };
  const stranger = { ...trusting, cert_file: file('stranger'), key_file: file('stranger-key') };
  const password = { username: 'prometheus', password: 'first' };
  const job = (tls: object, more: object = { basic_auth: password }) => ({
    scheme: 'https',
    static_configs: [{ targets: [new URL(url).host] }],
    tls_config: tls,
    ...more,
  });
  await using prometheus = await Prometheus.start(
    { good: job(certificate) },
    {
      'no-certificate': job(trusting),
      'wrong-certificate': job(stranger),
      'no-password': job(certificate, {}),
      'wrong-password': job(certificate, { basic_auth: { ...password, password: 'no' } }),
      'plain-http': job({}, { scheme: 'http', basic_auth: password }),
      'other-authority': job({ ...certificate, ca_file: file('other-ca') }),
    },
  );
  await prometheus.some('dora_deployments_total{job="good", outcome="success"} == 1');
  expect(await prometheus.query('count by (job) (dora_deployments_total)')).toHaveLength(1);
  const errors = await prometheus.lastErrors();
  expect(errors['good']).toBe('');
  for (const refused of ['no-certificate', 'wrong-certificate', 'no-password', 'wrong-password'])
    expect(errors[refused], refused).toBe('server returned HTTP status 401 Unauthorized');
  expect(errors['plain-http']).not.toBe('');
  expect(errors['other-authority']).toContain('certificate');

  // As the kubelet asks: without anything, and without looking at the certificate.
  const kubelet = { rejectUnauthorized: false };
  for (const path of ['/-/healthy', '/-/ready']) expect((await ask(url + path, kubelet)).status, path).toBe(200);
  const headers = { authorization: 'Bearer admin-token' };
  expect((await ask(`${url}/-/reload`, { method: 'POST', headers })).status).toBe(200);

  // The password is changed, which Prometheus is not told.
  stage.write('web.yml', TLS + users('second'));
  await prometheus.some('up{job="good"} == 0');
  const second = { ...CLIENT, auth: 'prometheus:second' };
  expect((await ask(`${url}/metrics`, second)).status).toBe(200);
  stage.write('web.yml', 'tls_server_config: [');
  expect((await ask(`${url}/metrics`, second)).status).toBe(200);
  await program.until(() => program.output.includes('the last good one stays in use'), 'the bad file is told');

  // A handshake that never begins does not hold up the end.
  const silent = connect(Number(new URL(url).port), '127.0.0.1');
  silent.on('error', () => {});
  expect(await program.stop()).toEqual({ code: 0, signal: null });
  for (const secret of ['first', 'second', 'admin-token', pem('server-key')])
    expect(program.output).not.toContain(secret);
});
