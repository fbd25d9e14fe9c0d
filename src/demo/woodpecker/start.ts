import { serve } from '../serve.ts';
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
  const server = await serve(createListener({ state, faults, requests, basePath }), options.port);
  return { ...server, url: server.url + basePath, state, faults, requests };
}
