import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Finding, lineOf, worstFirst } from '../../../src/commands/doctor/finding.ts';
import type { LookParts } from '../../../src/commands/doctor/seen.ts';
import { systemClock } from '../../../src/polling/system-clock.ts';
import { startLoopback, startTlsLoopback } from '../../support/loopback.ts';

export const TEN_MINUTES_MS = 600_000;

export const parts: LookParts = {
  clock: systemClock,
  userAgent: 'dora-exporter doctor',
  stop: new AbortController().signal,
};

/** The line that a person reads first. */
export function firstLine(findings: readonly Finding[]): string {
  const [worst] = worstFirst(findings);
  return worst === undefined ? '' : lineOf(worst);
}

/** What follows `problem`, whoever says it, of what any server can have: the first line must say it. */
export const CAUSES = {
  wrongToken: /^problem .*(401|knows nobody by this token).* -> make a new token/,
  unreachable:
    /^problem .*ECONNREFUSED.* -> (nothing answers there: check host and port|check notify\.matrix\.homeserver)/,
  wrongAuthority: /^problem .*certificate.* -> set (notify\.matrix\.)?ca_file to the certificate authority/,
  html: /^problem .*200 .*(text\/html, expected application\/json|not Matrix).* -> set (url|notify\.matrix\.homeserver) to the address/,
  clock: /^problem .*its clock is (599|60[01]) s (ahead of|behind) ours.* -> let both machines keep their time/,
} as const;

/** The tests of what can be wrong between any server and us. `first`: the first line about the server at an address. */
export function troublesOnTheWay(first: (url: string) => Promise<string>): void {
  it('a server that cannot be reached', async () => {
    expect(await first('http://127.0.0.1:1')).toMatch(CAUSES.unreachable);
  });

  it('a certificate of an authority that is not trusted', async () => {
    const read = (name: string) => readFile(join(import.meta.dirname, '../../fixtures/tls', name), 'utf8');
    const identity = { key: await read('server-key.pem'), cert: await read('server.pem') };
    await using stranger = await startTlsLoopback(identity, (_, response) => response.end());
    expect(await first(stranger.url)).toMatch(CAUSES.wrongAuthority);
  });

  it('HTML where JSON should be', async () => {
    await using page = await startLoopback((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><title>Log in</title>');
    });
    expect(await first(page.url)).toMatch(CAUSES.html);
  });
}
