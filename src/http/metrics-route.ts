import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import type { Exposition, Log, Scrape } from './ports.ts';

/** As `--web.max-requests` of Prometheus' own exporters: more at once is a mistake of somebody's. */
export const MAX_SCRAPES = 40;
/** What is written before others run: less would have a short page wait for every turn that posts and polls take. */
const BYTES_PER_TURN = 64 * 1024;

/**
 * `/metrics`. The body goes straight to Node.js' response, chunk by chunk as the client takes it, because it can be
 * tens of megabytes; a HEAD request gets the headers alone.
 */
export function metricsRoute(
  exposition: Exposition,
  log: Log,
): (c: Context<{ Bindings: HttpBindings }>) => Promise<Response> {
  let running = 0;
  return async (c) => {
    if (running >= MAX_SCRAPES)
      return c.text(`${MAX_SCRAPES} scrapes are running already\n`, 503, { 'retry-after': '1' });
    running += 1;
    try {
      const scrape = await exposition.scrape({
        accept: c.req.header('accept') ?? null,
        acceptEncoding: c.req.header('accept-encoding') ?? null,
      });
      if (c.req.method === 'HEAD') return c.body(null, 200, headersOf(scrape));
      return await send(c.env.outgoing, scrape, exposition, log);
    } catch (error) {
      log.error({ err: error }, 'the scrape failed');
      return c.text('the scrape failed: see the log\n', 500);
    } finally {
      running -= 1;
    }
  };
}

async function send(
  outgoing: HttpBindings['outgoing'],
  scrape: Scrape,
  exposition: Exposition,
  log: Log,
): Promise<Response> {
  outgoing.writeHead(200, headersOf(scrape));
  try {
    await pipeline(unhurried(scrape.chunks), outgoing);
    exposition.served(scrape);
  } catch (error) {
    // `pipeline` has destroyed the connection: a client that hung up, or one that must not take half a body for a whole.
    if (!isHangUp(error)) log.error({ err: error }, 'the scrape failed half-way');
  }
  return RESPONSE_ALREADY_SENT;
}

function headersOf(scrape: Scrape): Record<string, string> {
  return {
    'content-type': scrape.contentType,
    'content-length': String(scrape.length),
    vary: 'accept, accept-encoding',
    ...(scrape.encoding === null ? {} : { 'content-encoding': scrape.encoding }),
  };
}

/** A client that reads as fast as we write would otherwise keep the event loop from everything else. */
async function* unhurried(chunks: Scrape['chunks']): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    yield chunk;
    bytes += chunk.length;
    if (bytes < BYTES_PER_TURN) continue;
    await setImmediate();
    bytes = 0;
  }
}

function isHangUp(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE';
}
