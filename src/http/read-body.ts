import type { IncomingMessage } from 'node:http';

/**
 * The body of a request, straight from Node.js: a web Request around it would cost as much as all else that is done for
 * a small post. Null when it has more than `most` bytes, or breaks off; what is left of it is thrown away.
 */
export function readBody(incoming: IncomingMessage, most: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const tooLarge = () => {
      incoming.removeAllListeners('data');
      incoming.resume();
      resolve(null);
    };
    if (Number(incoming.headers['content-length'] ?? 0) > most) return tooLarge();
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > most) tooLarge();
      else chunks.push(chunk);
    });
    incoming.on('end', () => resolve(Buffer.concat(chunks)));
    // After the end this changes nothing.
    incoming.on('close', () => resolve(null));
  });
}
