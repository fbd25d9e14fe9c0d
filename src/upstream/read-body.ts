import type { Dispatcher } from 'undici';

type Body = Dispatcher.ResponseData['body'];

/** An error page up to this size is read to its end, so that the connection can be used again. */
const WORTH_DRAINING = 64 * 1024;

/** The whole body as text, or null as soon as it proves larger than `maxBytes`. Throws when it breaks off. */
export async function readBody(body: Body, maxBytes: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop destroys the body, and with it the connection.
    if (bytes > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Gets rid of a body that nobody wants. Whatever happens to it meanwhile is of no interest. */
export async function discardBody(body: Body, signal: AbortSignal): Promise<void> {
  await body.dump({ limit: WORTH_DRAINING, signal }).catch(() => {});
}
