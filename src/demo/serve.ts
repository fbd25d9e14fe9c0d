import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on 127.0.0.1. */
export interface Served extends AsyncDisposable {
  readonly port: number;
  /** Without a slash at the end. */
  readonly url: string;
  /** Stops at once; answers that hang or are under way are cut off. Safe to call twice. */
  close(): Promise<void>;
}

/** Serves on 127.0.0.1; `port` 0 for any that is free. Rejects when the port is taken. */
export async function serve(listener: RequestListener, port = 0): Promise<Served> {
  const server = createServer(listener);
  // As Go does: a connection may idle for ever, so that it never closes just as the next request is on its way.
  server.keepAliveTimeout = 0;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;
  async function close(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }
  return { port: taken, url: `http://127.0.0.1:${taken}`, close, [Symbol.asyncDispose]: close };
}
