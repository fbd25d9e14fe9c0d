import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Faults } from './faults.ts';
import { createListener, type SeenRequest } from './listener.ts';
import { createState, type WoodpeckerState } from './state.ts';

export interface StartOptions {
  /** `3.17.0`, `2.8.3`, `next-a4cb541b8f` or another: decides names, fields and quirks. */
  readonly version: string;
  /** Milliseconds since the epoch: the server's clock, which its `Date` header shows. */
  readonly now: () => number;
  /** 0 for any that is free. */
  readonly port?: number;
  /** A path such as `/ci` that all routes stand under. */
  readonly basePath?: string;
}

/** A server that looks to a client like Woodpecker, and whose every fact can be set. */
export interface SimulatedWoodpecker extends AsyncDisposable {
  /** With the base path, without a slash at the end. */
  readonly url: string;
  readonly state: WoodpeckerState;
  readonly faults: Faults;
  /** Every request so far, in the order in which they came. */
  readonly requests: readonly SeenRequest[];
  /** Stops at once; answers that hang or are under way are cut off. */
  close(): Promise<void>;
}

/** Starts a simulated server on 127.0.0.1, without users or repositories. Rejects when the port is taken. */
export async function startWoodpecker(options: StartOptions): Promise<SimulatedWoodpecker> {
  const { basePath = '' } = options;
  const state = createState(options.version, options.now);
  const faults = new Faults();
  const requests: SeenRequest[] = [];
  const server = createServer(createListener({ state, faults, requests, basePath }));
  // As Go does: a connection may idle for ever, so that it never closes just as the next request is on its way.
  server.keepAliveTimeout = 0;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  async function close(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }
  return {
    url: `http://127.0.0.1:${port}${basePath}`,
    state,
    faults,
    requests,
    close,
    [Symbol.asyncDispose]: close,
  };
}
