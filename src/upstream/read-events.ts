import type { Dispatcher } from 'undici';
import type { ZodType } from 'zod';
import { EventLines } from './event-lines.ts';
import { tooLarge } from './judge-head.ts';
import { readJson } from './read-json.ts';
import type { Trouble } from './upstream.ts';

/**
 * Hands over the JSON of each server-sent event until the stream ends, and says why it did; throws when it breaks off.
 * `heard` is told of everything that comes, comments that keep the stream alive too.
 */
export async function readEvents<T>(
  body: Dispatcher.ResponseData['body'],
  schema: ZodType<T>,
  onEvent: (event: T) => Trouble | null,
  heard: () => void,
  maxEventBytes: number,
): Promise<Trouble> {
  const lines = new EventLines(maxEventBytes);
  for await (const chunk of body as AsyncIterable<Buffer>) {
    heard();
    const events = lines.take(chunk);
    if (events === null) return tooLarge(maxEventBytes);
    for (const text of events) {
      const read = readJson(text, schema);
      const trouble: Trouble | null = read.ok ? onEvent(read.value) : { reason: 'bad_response', detail: read.detail };
      // Leaving the loop destroys the body, and with it the connection.
      if (trouble !== null) return trouble;
    }
  }
  return { reason: 'connect', detail: 'the upstream ended the stream' };
}
