import { describe, expect, it } from 'vitest';
import { lookAtArgocd } from '../../../src/commands/doctor/look-at-argocd.ts';
import { addAccount, type Rights } from '../../../src/demo/argocd/accounts.ts';
import { addApplication } from '../../../src/demo/argocd/applications.ts';
import { type SimulatedArgocd, startArgocd } from '../../../src/demo/argocd/start.ts';
import { argocdSettings } from '../../../src/sources/argocd/settings.ts';
import { holding } from '../../support/files.ts';
import { startLoopback } from '../../support/loopback.ts';
import { CAUSES, firstLine, parts, TEN_MINUTES_MS, troublesOnTheWay } from './support.ts';

const TOKEN = 'a-token-of-argocd';

interface Server {
  readonly version?: string;
  readonly aheadMs?: number;
  readonly rights?: Rights;
}

async function serve({ version = '3.5.1', aheadMs = 0, rights = 'all' }: Server = {}): Promise<SimulatedArgocd> {
  const argocd = await startArgocd({ version, now: () => Date.now() + aheadMs });
  addAccount(argocd.state, 'exporter', TOKEN, rights);
  addApplication(argocd.state, { name: 'shop' });
  return argocd;
}

/** What doctor says first of an Argo CD server at this address. */
async function first(url: string, keys: object = {}, token = TOKEN): Promise<string> {
  const settings = argocdSettings(holding(token)).parse({ type: 'argocd', url, token_file: 'token', ...keys });
  return firstLine((await lookAtArgocd(settings, parts)).findings);
}

describe('doctor names the cause at an Argo CD server in its first line', () => {
  it('none, where all is well', async () => {
    await using argocd = await serve();
    expect(await first(argocd.url)).toMatch(/^ok /);
    expect(argocd.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('a wrong token', async () => {
    await using argocd = await serve();
    expect(await first(argocd.url, {}, 'another')).toMatch(CAUSES.wrongToken);
  });

  it('a token without permission', async () => {
    await using argocd = await serve({ rights: [] });
    expect(await first(argocd.url)).toMatch(/^problem .*sees no applications -> allow it: p, role:dora-exporter/);
  });

  troublesOnTheWay((url) => first(url));

  it('a server that is too old, even where it refuses the rest', async () => {
    const old = /^problem .*the server is too old: Argo CD v?1\.8\.7\S*, and 2\.0 is the oldest -> upgrade Argo CD/;
    await using argocd = await serve({ version: '1.8.7' });
    expect(await first(argocd.url)).toMatch(old);
    await using bare = await startLoopback((request, response) => {
      const known = request.url === '/api/version';
      response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
      response.end(known ? '{"Version":"v1.8.7"}' : '{}');
    });
    expect(await first(bare.url)).toMatch(old);
  });

  it('filters that no deployment matched', async () => {
    await using argocd = await serve();
    const drop = { relabel_configs: [{ source_labels: ['app'], regex: 'shop', action: 'drop' }] };
    expect(await first(argocd.url, drop)).toMatch(
      /^problem .*no deployment matched the filters: .*sees 1 application, all of which .* -> mend relabel_configs/,
    );
  });

  it.each([TEN_MINUTES_MS, -TEN_MINUTES_MS])('a clock that is %i ms off', async (aheadMs) => {
    await using argocd = await serve({ aheadMs });
    expect(await first(argocd.url)).toMatch(CAUSES.clock);
  });
});

it('doctor does not compare clocks with a server that does not tell its time', async () => {
  await using argocd = await startLoopback((request, response) => {
    response.sendDate = false;
    response.writeHead(200, { 'content-type': 'application/json' });
    const answers = { version: { Version: 'v3.5.1' }, userinfo: { loggedIn: true } };
    const key = request.url?.includes('version') ? 'version' : 'userinfo';
    const list = { metadata: { resourceVersion: '1' }, items: [] };
    response.end(JSON.stringify(request.url?.includes('applications') ? list : answers[key]));
  });
  const settings = argocdSettings(holding(TOKEN)).parse({ type: 'argocd', url: argocd.url, token_file: 'token' });
  const said = (await lookAtArgocd(settings, parts)).findings.map(({ says }) => says);
  expect(said).toContain('its answers have no Date, so its clock could not be compared with ours');
});
