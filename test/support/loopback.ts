import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createRawServer, type Server, type Socket } from 'node:net';

/** A server on 127.0.0.1 at a free port; `await using` closes it and all its connections. */
export interface Loopback extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
}

export function startLoopback(listener: RequestListener): Promise<Loopback> {
  return listen(createServer(listener), 'http');
}

export function startTlsLoopback(
  identity: { key: string; cert: string },
  listener: RequestListener,
): Promise<Loopback> {
  return listen(createTlsServer(identity, listener), 'https');
}

/** Below HTTP: for what no HTTP server would do. */
export function startRawLoopback(onSocket: (socket: Socket) => void): Promise<Loopback> {
  return listen(createRawServer(onSocket), 'http');
}

async function listen(server: Server, scheme: 'http' | 'https'): Promise<Loopback> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client that hangs up on purpose is part of many tests.
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${scheme}://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
