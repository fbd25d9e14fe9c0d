import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ask, pem } from '../../http/tls-support.ts';
import { startProgram } from '../../support/program.ts';
import { only, render } from './render.ts';

/** The hash of nobody's password. */
const HASH = '$2b$04$abcdefghijklmnopqrstuuGbPMmWbmkUZ6nS6hHWKzHMzvVYZ2rCe';
const WEB_CONFIG = `tls_server_config: {cert_file: tls.crt, key_file: tls.key, client_ca_file: ca.crt, client_auth_type: RequireAndVerifyClientCert}
basic_auth_users: {prometheus: "${HASH}"}
`;

it('the probes hold with TLS, client certificates and basic auth on, and the rest is shut', async () => {
  const objects = await render({ webConfig: { secretName: 'web', tls: true } });
  const folder = mkdtempSync(join(tmpdir(), 'dora-exporter-probes-'));
  try {
    const text = only(objects, 'ConfigMap').data['config.yml'].replace('sqlite:/data/', 'sqlite:./data/');
    writeFileSync(join(folder, 'config.yml'), text);
    mkdirSync(join(folder, 'web'));
    const files = { 'web-config.yml': WEB_CONFIG, 'tls.crt': pem('server'), 'tls.key': pem('server-key') };
    for (const [name, content] of Object.entries({ ...files, 'ca.crt': pem('client-ca') })) {
      writeFileSync(join(folder, 'web', name), content);
    }
    const flags = [`--config.file=${join(folder, 'config.yml')}`, '--web.listen-address=127.0.0.1:0'];
    await using program = await startProgram(flags);
    const { host } = new URL(program.url);
    // As the kubelet asks: without a certificate of its own, and without a look at the server's.
    const kubelet = { rejectUnauthorized: false };
    const container = only(objects, 'Deployment').spec.template.spec.containers[0];
    for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
      const { scheme, path } = probe.httpGet;
      expect(scheme).toBe('HTTPS');
      expect((await ask(`https://${host}${path}`, kubelet)).status, path).toBe(200);
    }
    expect((await ask(`https://${host}/metrics`, kubelet)).status).toBe(401);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
