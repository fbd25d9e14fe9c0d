import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener, type HttpBindings, RequestError } from '@hono/node-server';
import { EVERY_ANSWER } from './headers.ts';
import type { Log } from './ports.ts';
import { createTlsServer } from './tls.ts';
import { NO_WEB_CONFIGURATION, type WebConfigurationFile } from './web-configuration.ts';

const NO_FILE: WebConfigurationFile = { current: () => NO_WEB_CONFIGURATION };

/**
 * Limits of one connection, in milliseconds. A client must send its headers, then the rest of its request, in time;
 * `keepAlive` outlives the usual scrape intervals, so that Prometheus keeps its connection; `stalled` frees what a
 * client holds that no longer reads its answer.
 */
export const LIMITS = { headers: 10_000, request: 30_000, keepAlive: 75_000, stalled: 60_000, check: 5_000 };

export interface ServerParts {
  readonly app: { fetch(request: Request, env: HttpBindings): Response | Promise<Response> };
  /** Empty: all addresses. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly log: Log;
  /** TLS and headers; without it, plain HTTP. */
  readonly webFile?: WebConfigurationFile;
  readonly limits?: typeof LIMITS;
}

export interface RunningServer {
  readonly url: string;
  readonly address: string;
  readonly port: number;
  /** Takes no more connections, gives what is under way `graceMs` milliseconds, then cuts it off. Safe to call twice. */
  close(graceMs: number): Promise<void>;
}

/** The address cannot be listened on. */
export class CannotListen extends Error {
  readonly code = 'CANNOT_LISTEN';
}

/** Serves `app` once it listens. Throws `CannotListen`, in words for the person who starts the program. */
export async function startServer(parts: ServerParts): Promise<RunningServer> {
  const { host, port, log } = parts;
  const server = createListener(parts);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await listening(server, host, port);
  server.on('error', (error) => log.error({ err: error }, 'the HTTP server failed'));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new CannotListen('the server listens on no TCP address');
  const scheme = parts.webFile?.current().tls ? 'https' : 'http';
  let closing: Promise<void> | null = null;
  return {
    url: `${scheme}://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`,
    address: bound.address,
    port: bound.port,
    close: (graceMs) => {
      closing ??= close(server, sockets, graceMs);
      return closing;
    },
  };
}

function createListener({ app, log, webFile = NO_FILE, limits = LIMITS }: ServerParts): Server {
  const options = {
    headersTimeout: limits.headers,
    requestTimeout: limits.request,
    keepAliveTimeout: limits.keepAlive,
    connectionsCheckingInterval: limits.check,
  };
  const answer = listener(app, webFile, log);
  const tls = webFile.current().tls;
  const server =
    tls === null
      ? createServer(options, answer)
      : createTlsServer({ webFile, tls, handshakeMs: limits.headers, options, log }, answer);
  server.timeout = limits.stalled;
  return server;
}

function listener(app: ServerParts['app'], webFile: WebConfigurationFile, log: Log): RequestListener {
  const answer = getRequestListener((request, env) => app.fetch(request, env as HttpBindings), {
    // HTTP/1.0 clients may send no Host header.
    hostname: 'localhost',
    errorHandler: (error) => {
      // The Node server's word for a request line or Host header that makes no URL; anything else is our fault.
      if (error instanceof RequestError) {
        return Response.json({ detail: 'the request makes no sense' }, { status: 400 });
      }
      log.error({ err: error }, 'a request failed by a fault of ours');
      return Response.json({ detail: 'a fault of ours: see the log' }, { status: 500 });
    },
  });
  return (incoming, outgoing) => {
    // Set before anything can go wrong, so that no route and no error lacks them.
    for (const [name, value] of Object.entries({ ...EVERY_ANSWER, ...webFile.current().headers })) {
      outgoing.setHeader(name, value);
    }
    void answer(incoming, outgoing);
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new CannotListen(why(error, host, port), { cause: error })),
    );
    server.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function why(error: NodeJS.ErrnoException, host: string, port: number): string {
  const where = `${host}:${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `cannot listen on ${where}: the port is in use by another program; --web.listen-address=ADDRESS chooses another`;
    case 'EACCES':
      return `cannot listen on ${where}: this user may not use the port`;
    case 'EADDRNOTAVAIL':
      return `cannot listen on ${where}: this machine does not have the address`;
    default:
      return `cannot listen on ${where}: ${error.message}`;
  }
}

function close(server: Server, sockets: ReadonlySet<Socket>, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // An answer that ends during the grace leaves its connection idle: such connections are closed as they come up.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    // Every socket: Node.js' own list leaves out those that are still in their TLS handshake.
    const cut = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, graceMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
