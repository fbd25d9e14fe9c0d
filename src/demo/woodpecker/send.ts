import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';

// Go's net/http tells the length of a body that fits into its first buffer, and sends a longer one in chunks.
const BUFFER_BYTES = 2048;

/** The headers that every answer of the real server carries, in its words. `now` in milliseconds since the epoch. */
export function commonHeaders(version: string, now: number): Record<string, string> {
  const date = new Date(now).toUTCString();
  return {
    'Access-Control-Allow-Origin': '*',
    'Cache-Control': 'no-cache, no-store, max-age=0, must-revalidate, value',
    Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
    'Last-Modified': date,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'X-Woodpecker-Version': version,
    'X-Xss-Protection': '1; mode=block',
    Date: date,
  };
}

/** Sends an answer whole; its headers already have the common ones among them. */
export function send(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body);
  const length = answer.status !== 204 && body.length <= BUFFER_BYTES ? { 'Content-Length': body.length } : {};
  response.writeHead(answer.status, { ...answer.headers, ...length });
  response.end(body);
}
