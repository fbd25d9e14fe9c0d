import type { Writable } from 'node:stream';

/**
 * Resolves when all that was written to the stream has been handed to the system, or cannot be any more as its reader is
 * gone. Before `process.exit`, which throws away what a pipe that was full has not taken yet.
 */
export async function flushed(stream: Writable): Promise<void> {
  if (stream.destroyed || stream.writableLength === 0) return;
  await new Promise<void>((resolve) => {
    stream.once('error', () => resolve());
    stream.write('', () => resolve());
  });
}
