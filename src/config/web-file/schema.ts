import { validateHeaderValue } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { WebConfiguration } from '../../http/web-configuration.ts';
import { mismatch, type Reading, reading, strict } from '../../sources/setting-pieces.ts';
import { parseGoDuration } from '../go-duration.ts';
import { type ReadFile, tlsSettings } from './tls-settings.ts';

export interface WebFileContent {
  readonly configuration: WebConfiguration;
  /** What is allowed and without effect. */
  readonly warnings: readonly string[];
}

/**
 * The document with nothing in place of what is blank: for the exporter toolkit, a key without a value is not given, and
 * a section without keys says nothing. A user without a password is a mistake, and stays.
 */
export function withoutBlanks(document: unknown): unknown {
  return mapped(document, (name, section) => (name === 'basic_auth_users' ? (section ?? undefined) : given(section)));
}

function given(value: unknown): unknown {
  if (value === null || value === '' || isDeepStrictEqual(value, {})) return undefined;
  return mapped(value, (_, member) => given(member));
}

function mapped(value: unknown, map: (name: string, member: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, map(name, member)]));
}

/** The exporter toolkit's web configuration: https://github.com/prometheus/exporter-toolkit, docs/web-configuration.md. */
export function webFileSchema(read: ReadFile) {
  return strict({
    tls_server_config: tlsSettings(read).optional(),
    http_server_config: strict({
      http2: z.boolean().optional(),
      headers: headers().prefault({}),
    }).prefault({}),
    basic_auth_users: users().prefault({}),
    rate_limit: rateLimit().prefault({}),
  }).transform(
    (keys): WebFileContent => ({
      configuration: {
        tls: keys.tls_server_config ?? null,
        headers: keys.http_server_config.headers,
        users: keys.basic_auth_users,
        rateLimit: keys.rate_limit,
      },
      warnings:
        keys.http_server_config.http2 === true
          ? ['http_server_config.http2: this server speaks HTTP/1.1 alone, over TLS too']
          : [],
    }),
  );
}

/** Those that the toolkit lets be set, by their names in lower case. */
function headers() {
  const value = reading('the value of a header', readHeader).optional();
  return strict({
    'Strict-Transport-Security': value,
    'X-Content-Type-Options': z.literal('nosniff').optional(),
    'X-Frame-Options': z.enum(['deny', 'sameorigin']).optional(),
    'X-XSS-Protection': value,
    'Content-Security-Policy': value,
  }).transform(
    (given): Readonly<Record<string, string>> =>
      Object.fromEntries(
        Object.entries(given).flatMap(([name, text]) => (text === undefined ? [] : [[name.toLowerCase(), text]])),
      ),
  );
}

function readHeader(text: string): Reading<string> {
  try {
    validateHeaderValue('header', text);
    return { ok: true, value: text };
  } catch {
    return { ok: false, problem: 'has characters that no header may have; leave them out' };
  }
}

/** What bcryptjs can be asked in reasonable time: each more doubles it, and 16 takes seconds already. */
const HASH = /^\$2[aby]\$(?:0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}$/;
const RIGHT_HASH = "a bcrypt hash ($2a$, $2b$ or $2y$) of a cost of 4 to 16, as `htpasswd -nBC 10 ''` prints it";

/** Neither a name nor a hash is shown: by mistake it may be a password. */
function users() {
  return z.unknown().transform((input, context): ReadonlyMap<string, string> => {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      context.addIssue({
        code: 'custom',
        message: 'not a set of keys; give user names and the hashes of their passwords',
      });
      return z.NEVER;
    }
    const entries = Object.entries(input);
    for (const [index, [name, hash]] of entries.entries()) {
      const problem = userProblem(name, hash);
      if (problem !== null) context.addIssue({ code: 'custom', path: [index], message: problem });
    }
    return new Map(entries);
  });
}

function userProblem(name: string, hash: unknown): string | null {
  // The name ends at the first colon of what a client sends.
  if (name === '' || /[:\p{Cc}]/u.test(name))
    return 'the name of a user is empty, or has a colon in it; give another name';
  return typeof hash === 'string' && HASH.test(hash) ? null : `not the hash of a password; give ${RIGHT_HASH}`;
}

function rateLimit() {
  const right = 'a duration such as 100ms, 1s or 1m30s; 0 for no limit';
  const interval = z.union([z.literal(0).transform(() => 0), z.string()], {
    error: (issue) => mismatch(right, issue.input),
  });
  return strict({
    interval: interval
      .transform((given, context) => {
        const ms = typeof given === 'number' ? given : parseGoDuration(given);
        if (ms !== null) return ms;
        context.addIssue({ code: 'custom', message: mismatch(right, given) });
        return z.NEVER;
      })
      .prefault(0),
    burst: z.number().int().min(0).prefault(0),
  }).transform((keys, context): WebConfiguration['rateLimit'] => {
    if (keys.interval === 0) return null;
    if (keys.burst >= 1) return { intervalMs: keys.interval, burst: keys.burst };
    context.addIssue({
      code: 'custom',
      path: ['burst'],
      message: 'missing or 0, so that no request would pass; give at least 1',
    });
    return z.NEVER;
  });
}
