import type { Dispatcher } from 'undici';
import type { Head } from './head.ts';
import { mediaTypeOf } from './judge-head.ts';

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

/**
 * The gRPC code in the body of an error, as grpc-gateway writes it; null where there is none. The body is gone
 * afterwards, whatever it was.
 */
export async function readGrpcCode(body: Body, head: Head, signal: AbortSignal): Promise<number | null> {
  if (head.status < 400 || mediaTypeOf(head) !== 'application/json') {
    await discardBody(body, signal);
    return null;
  }
  try {
    const { code } = JSON.parse((await readBody(body, WORTH_DRAINING)) ?? '{}') ?? {};
    return Number.isInteger(code) ? code : null;
  } catch {
    return null;
  }
}
