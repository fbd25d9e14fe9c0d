import { once } from 'node:events';
import { Agent } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { EVERY_ANSWER } from '../../src/http/headers.ts';
import { LIMITS, type RunningServer } from '../../src/http/server.ts';
import type { WebConfiguration } from '../../src/http/web-configuration.ts';
import { eventually, fakeServer } from './fakes.ts';
import { ask, CLIENT, FakeWebFile, pem, STRANGER, tlsWith } from './tls-support.ts';

const servers: RunningServer[] = [];

async function serve(configuration: Partial<WebConfiguration>, limits = LIMITS) {
  const webFile = new FakeWebFile(configuration);
  const fake = await fakeServer({ webFile, adminTokens: [{ name: 'ann', token: { read: () => 't' } }] }, limits);
  servers.push(fake.server);
  return { ...fake, webFile };
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

const RENEWED = { cert: pem('renewed'), key: pem('renewed-key'), ca: pem('client-ca') };

describe('TLS', () => {
  it('serves by the certificate, with the headers of plain HTTP and those of the file', async () => {
    const headers = { 'strict-transport-security': 'max-age=60', 'content-security-policy': "default-src 'self'" };
    const { url } = await serve({ tls: tlsWith(), headers });
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    for (const path of ['/', '/metrics', '/-/healthy', '/nothing']) {
      const answer = await ask(url + path);
      expect(answer.headers).toMatchObject({ ...EVERY_ANSWER, ...headers });
    }
  });

  it('takes a new certificate for the next connection, and leaves those that are open alone', async () => {
    const { url, webFile } = await serve({ tls: tlsWith() });
    using agent = disposable(new Agent({ keepAlive: true, maxSockets: 1 }));
    expect((await ask(`${url}/metrics`, { agent })).status).toBe(200);

    webFile.configuration = { ...webFile.configuration, tls: tlsWith('NoClientCert', { context: RENEWED }) };
    await expect(ask(url)).rejects.toMatchObject({ code: 'SELF_SIGNED_CERT_IN_CHAIN' });
    expect((await ask(`${url}/metrics`, { ca: pem('client-ca') })).status).toBe(200);
    expect((await ask(`${url}/metrics`, { agent })).status).toBe(200);
  });

  it.each<[SecureVersion, SecureVersion, 200 | null]>([
    ['TLSv1.3', 'TLSv1.2', null],
    ['TLSv1.3', 'TLSv1.3', 200],
    ['TLSv1.2', 'TLSv1.2', 200],
    ['TLSv1.2', 'TLSv1.1', null],
  ])('with a least version of %s a client of %s gets %s', async (minVersion, maxVersion, status) => {
    const context = { ...tlsWith().context, minVersion };
    const { url } = await serve({ tls: tlsWith('NoClientCert', { context }) });
    const answer = await ask(url, { minVersion: maxVersion, maxVersion }).catch(() => null);
    expect(answer?.status ?? null).toBe(status);
  });

  it('speaks HTTP/1.1 to whoever offers HTTP/2 as well', async () => {
    const { server } = await serve({ tls: tlsWith() });
    const socket = await open(server.port, { ALPNProtocols: ['h2', 'http/1.1'] });
    expect(socket.alpnProtocol).toBe('http/1.1');
    socket.destroy();
  });

  it('tells of failed handshakes in the log, and not of each one', async () => {
    const { server, log } = await serve({ tls: tlsWith() });
    // A probe that only opens the port is no failure.
    const probe = connectTcp(server.port, '127.0.0.1', () => probe.end());
    probe.resume();
    await once(probe, 'close');
    expect(log.lines).toEqual([]);
    for (let times = 0; times < 3; times += 1) await speakPlainHttp(server.port);
    await eventually(() => expect(log.lines.filter((line) => line.includes('a TLS handshake failed'))).toHaveLength(1));
    expect(log.lines.join()).toContain('ERR_SSL_HTTP_REQUEST');
  });
});

describe('the limits of a connection hold over TLS', () => {
  it('a handshake that is not finished', async () => {
    const { server } = await serve({ tls: tlsWith() }, { ...LIMITS, headers: 50 });
    const socket = connectTcp(server.port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'close');
  });

  it('headers that are not finished', async () => {
    const { server } = await serve({ tls: tlsWith() }, { ...LIMITS, headers: 500, request: 500, check: 10 });
    const socket = await open(server.port);
    socket.write('GET / HTTP/1.1\r\nhost:');
    expect(await received(socket)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('an end does not wait for a handshake, nor for an idle connection', async () => {
    const { server } = await serve({ tls: tlsWith() });
    const silent = connectTcp(server.port, '127.0.0.1');
    silent.on('error', () => {});
    const idle = await open(server.port);
    idle.resume();
    await Promise.all([server.close(30), once(silent, 'close'), once(idle, 'close')]);
  });
});

describe('client certificates', () => {
  const cases = [
    // policy, without one, with one that nobody trusts, with a good one
    ['NoClientCert', 200, 200, 200],
    ['RequestClientCert', 200, 200, 200],
    ['RequireAnyClientCert', 401, 200, 200],
    ['VerifyClientCertIfGiven', 200, 401, 200],
    ['RequireAndVerifyClientCert', 401, 401, 200],
  ] as const;

  it.each(cases)('%s: none %s, a stranger %s, a client %s', async (policy, none, stranger, client) => {
    const { url } = await serve({ tls: tlsWith(policy) });
    expect((await ask(`${url}/metrics`)).status).toBe(none);
    expect((await ask(`${url}/metrics`, STRANGER)).status).toBe(stranger);
    expect((await ask(`${url}/metrics`, CLIENT)).status).toBe(client);
  });

  it('of another name are refused, and a change of the names holds at once', async () => {
    const allowed = (name: string) => tlsWith('RequireAndVerifyClientCert', { allowedSans: [name] });
    const { url, webFile } = await serve({ tls: allowed('prometheus.example.org') });
    using agent = disposable(new Agent({ keepAlive: true, maxSockets: 1 }));
    const asClient = () => ask(`${url}/metrics`, { ...CLIENT, agent });
    expect((await asClient()).status).toBe(200);
    webFile.configuration = { ...webFile.configuration, tls: allowed('example.org') };
    expect(await asClient()).toMatchObject({ status: 401, body: expect.stringContaining('no name that is allowed') });
    webFile.configuration = { ...webFile.configuration, tls: allowed('2001:db8::7') };
    expect((await asClient()).status).toBe(200);
    // The right name on a certificate that anybody can make.
    webFile.configuration = { ...webFile.configuration, tls: allowed('prometheus.example.org') };
    expect((await ask(`${url}/metrics`, STRANGER)).status).toBe(401);
  });

  it('are not asked of probes, nor of a route with its own token', async () => {
    const { url } = await serve({ tls: tlsWith('RequireAndVerifyClientCert'), users: new Map([['ann', 'x']]) });
    for (const path of ['/-/healthy', '/-/ready']) expect((await ask(url + path)).status).toBe(200);
    const headers = { authorization: 'Bearer t' };
    expect((await ask(`${url}/-/reload`, { method: 'POST', headers })).status).toBe(200);
    expect((await ask(`${url}/-/reload`, { method: 'POST' })).status).toBe(401);
    expect((await ask(`${url}/metrics`, { headers })).status).toBe(401);
  });

  it('are trusted by nobody while no authority is named, whatever comes later in the same connection', async () => {
    const { ca: _, ...context } = tlsWith().context;
    const { url, webFile } = await serve({ tls: tlsWith('RequireAnyClientCert', { context }) });
    using agent = disposable(new Agent({ keepAlive: true, maxSockets: 1 }));
    const asClient = () => ask(`${url}/metrics`, { ...CLIENT, agent });
    expect((await asClient()).status).toBe(200);
    webFile.configuration = { ...webFile.configuration, tls: tlsWith('RequireAndVerifyClientCert') };
    expect((await asClient()).status).toBe(401);
    expect((await ask(`${url}/metrics`, CLIENT)).status).toBe(200);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('are looked at anew in each connection (%s)', async (version) => {
    const context = { ...tlsWith().context, minVersion: version, maxVersion: version };
    const { server } = await serve({ tls: tlsWith('RequireAndVerifyClientCert', { context }) });
    const first = await open(server.port, CLIENT);
    let session: Buffer | undefined;
    first.on('session', (given: Buffer) => {
      session = given;
    });
    first.write('GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    expect(await received(first)).toMatch(/^HTTP\/1\.1 200 /);
    const second = await open(server.port, session === undefined ? {} : { session });
    expect(second.isSessionReused()).toBe(false);
    second.write('GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    expect(await received(second)).toMatch(/^HTTP\/1\.1 401 /);
  });
});

async function open(port: number, options: object = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ca: pem('ca'), ...options });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
}

async function received(socket: TLSSocket): Promise<string> {
  let text = '';
  socket.setEncoding('latin1').on('data', (part: string) => {
    text += part;
  });
  await once(socket, 'close');
  return text;
}

async function speakPlainHttp(port: number): Promise<void> {
  const socket = connectTcp(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume().write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(socket, 'close');
}

function disposable(agent: Agent): Agent & Disposable {
  return Object.assign(agent, { [Symbol.dispose]: () => agent.destroy() });
}
