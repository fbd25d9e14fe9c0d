import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import { auth } from 'hono/utils/basic-auth';
import type { Clock } from '../domain/clock.ts';
import { certificateProblem } from './client-certificate.ts';
import type { Passwords } from './passwords.ts';
import type { Log } from './ports.ts';
import { RateLimit } from './rate-limit.ts';
import type { WebConfigurationFile } from './web-configuration.ts';

interface Parts {
  readonly webFile: WebConfigurationFile;
  readonly passwords: Passwords;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Log;
}

type Bindings = { Bindings: HttpBindings };

/** Lets through whom the web configuration file lets through; it stands before every route that is added after it. */
export function guard({ webFile, passwords, clock, log }: Parts): MiddlewareHandler<Bindings> {
  const rate = new RateLimit(clock);
  return async (c, next) => {
    const { tls, users, rateLimit } = webFile.current();
    if (!rate.allows(rateLimit)) return c.json({ detail: 'too many requests' }, 429, { 'retry-after': '1' });
    const problem = tls === null ? null : certificateProblem(c.env.incoming.socket, tls);
    // HTTP has no challenge that asks for a certificate.
    if (problem !== null) return c.json({ detail: problem }, 401);
    if (users.size === 0) return await next();

    const given = auth(c.req.raw);
    if (given === undefined) return challenge(c);
    let right: boolean | null;
    try {
      right = await passwords.check(users, given.username, given.password);
    } catch (error) {
      log.error({ err: error }, 'a password could not be checked');
      return c.json({ detail: 'a fault of ours: see the log' }, 500);
    }
    if (right === null) return c.json({ detail: 'too many passwords to check' }, 503, { 'retry-after': '5' });
    return right ? await next() : challenge(c);
  };
}

function challenge(c: Context): Response {
  return c.json({ detail: 'a user name and a password are needed' }, 401, {
    'www-authenticate': 'Basic realm="dora-exporter", charset="UTF-8"',
  });
}
