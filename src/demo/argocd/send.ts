import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Answer } from '../woodpecker/answer.ts';

// Go's net/http tells the length of a body that fits into its first buffer, and sends a longer one in chunks.
const BUFFER_BYTES = 2048;

/** Sends an answer whole, compressed where the client takes that and the answer varies by it. */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const plain = Buffer.from(answer.body);
  const isZipped = 'Vary' in answer.headers && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  const body = isZipped ? gzipSync(plain) : plain;
  const encoding = isZipped ? { 'Content-Encoding': 'gzip' } : {};
  const isChunked = body.length > BUFFER_BYTES || answer.headers['Content-Type'] === 'text/event-stream';
  const length = isChunked ? {} : { 'Content-Length': body.length };
  response.writeHead(answer.status, { ...answer.headers, ...encoding, ...length });
  response.end(body);
}
