import { type Loopback, startLoopback } from '../../support/loopback.ts';

/** A server in front of the exporter's that asks for the text format, whatever it is asked for. */
export function startTextProxy(url: () => string): Promise<Loopback> {
  return startLoopback(async (request, response) => {
    try {
      const answer = await fetch(`${url()}${request.url}`, { headers: { accept: 'text/plain;version=0.0.4' } });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      response.end(await answer.text());
    } catch {
      response.writeHead(502).end();
    }
  });
}
