import { constants } from 'node:crypto';
import type { RequestListener, ServerOptions } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Log } from './ports.ts';
import type { TlsConfiguration, WebConfigurationFile } from './web-configuration.ts';

/** Between two lines of the log about failed handshakes, in milliseconds: anybody can cause as many as they like. */
const QUIET_MS = 10_000;

interface TlsParts {
  readonly webFile: WebConfigurationFile;
  /** What the file says as the server starts. */
  readonly tls: TlsConfiguration;
  /** How long a handshake may take, in milliseconds. */
  readonly handshakeMs: number;
  readonly options: ServerOptions;
  readonly log: Log;
}

/** An HTTPS server whose every new connection is given the certificate that the files hold by then. */
export function createTlsServer(
  { webFile, tls, handshakeMs, options, log }: TlsParts,
  listener: RequestListener,
): Server {
  let used = tls;
  const server = createServer(
    {
      ...options,
      ...contextOf(tls),
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: handshakeMs,
      requestCert: tls.clientAuth !== 'NoClientCert',
      // The guard looks at each request instead (client-certificate.ts).
      rejectUnauthorized: false,
    },
    listener,
  );
  // Before the server's own listener begins the handshake.
  server.prependListener('connection', () => {
    const { tls: next } = webFile.current();
    if (next === null || next === used) return;
    used = next;
    server.setSecureContext(contextOf(next));
  });
  tellFailedHandshakes(server, log);
  return server;
}

/**
 * A session that is resumed keeps the verdict on the client's certificate from when it began. So none is resumed where
 * certificates count: one that is no longer trusted is not trusted in the next connection. And without an authority
 * none is trusted, where Node.js would trust all public ones.
 */
function contextOf({ context, clientAuth }: TlsConfiguration): SecureContextOptions {
  if (clientAuth === 'NoClientCert') return context;
  return { ...context, ca: context.ca ?? [], secureOptions: constants.SSL_OP_NO_TICKET };
}

function tellFailedHandshakes(server: Server, log: Log): void {
  let untold = 0;
  let quiet = false;
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // A client that hung up: so does every probe that only opens the port.
    if (error.code === 'ECONNRESET') return;
    if (quiet) {
      untold += 1;
      return;
    }
    log.warn({ reason: error.code ?? error.message, from: socket.remoteAddress, untold }, 'a TLS handshake failed');
    untold = 0;
    quiet = true;
    setTimeout(() => {
      quiet = false;
    }, QUIET_MS).unref();
  });
}
