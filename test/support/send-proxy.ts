import type { IncomingMessage } from 'node:http';
import { type Loopback, startLoopback } from './loopback.ts';

/** What becomes of one request to send an event. */
export type Fate =
  /** It goes through, and so does the answer. */
  | 'through'
  /** It never reaches the homeserver: 503, in a proxy's words. */
  | 'unavailable'
  /** The homeserver takes it, and the connection breaks before its answer is through. */
  | 'lost'
  /** The homeserver takes it, and its answer is held back for ever. */
  | 'held';

/** A proxy before a homeserver, real or simulated. `taken` hears of each event that the homeserver said 200 to. */
export function startSendProxy(
  target: string,
  fateOf: (path: string) => Fate,
  taken: (path: string) => void = () => {},
): Promise<Loopback> {
  return startLoopback(async (request, response) => {
    const path = request.url ?? '/';
    const fate = path.includes('/send/') ? fateOf(path) : 'through';
    if (fate === 'unavailable') {
      response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>503 Service Unavailable</h1>');
      return;
    }
    try {
      const answer = await handOn(target, request);
      const body = await answer.text();
      if (answer.status === 200 && path.includes('/send/')) taken(path);
      if (fate === 'held') return;
      if (fate === 'lost') return void response.destroy();
      const retryAfter = answer.headers.get('retry-after');
      const more = retryAfter === null ? {} : { 'retry-after': retryAfter };
      response.writeHead(answer.status, { 'content-type': 'application/json', ...more }).end(body);
    } catch {
      response.destroy();
    }
  });
}

async function handOn(target: string, request: IncomingMessage): Promise<Response> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const { authorization } = request.headers;
  return await fetch(target + request.url, {
    method: request.method ?? 'GET',
    // The server may be another one by the next request.
    headers: { connection: 'close', ...(authorization === undefined ? {} : { authorization }) },
    ...(parts.length === 0 ? {} : { body: Buffer.concat(parts) }),
  });
}
