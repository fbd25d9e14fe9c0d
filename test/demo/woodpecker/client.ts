import { connect } from 'node:net';

/** A GET with a token, or as a guest. */
export function get(url: string, token?: string): Promise<Response> {
  return fetch(url, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
}

/** What comes over the wire in answer to a plain GET, until the connection ends or the text is `enough`. */
export async function wire(
  url: string,
  enough: (text: string) => boolean = () => false,
): Promise<{ text: string; error: string | null }> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  let error: string | null = null;
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    if (enough(text)) socket.destroy();
  });
  socket.on('error', (cause: NodeJS.ErrnoException) => {
    error = cause.code ?? cause.message;
  });
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
  await new Promise((resolve) => socket.on('close', resolve));
  return { text, error };
}
