import { serve } from '../serve.ts';
import { Faults } from '../woodpecker/faults.ts';
import type { SeenRequest } from '../woodpecker/listener.ts';
import { createListener } from './listener.ts';
import { type ArgocdState, createState } from './state.ts';

export interface StartOptions {
  /** `3.5.1`, `3.4.7`, `2.13.9` or another: decides fields and quirks. */
  readonly version: string;
  /** Milliseconds since the epoch: the server's clock, which its `Date` header shows. */
  readonly now: () => number;
  /** 0 for any that is free. */
  readonly port?: number;
  /** A path such as `/argo-cd` that all routes stand under (`--rootpath`). */
  readonly basePath?: string;
}

/** A server that looks to a client like the API server of Argo CD, and whose every fact can be set. */
export interface SimulatedArgocd extends AsyncDisposable {
  /** With the base path, without a slash at the end. */
  readonly url: string;
  readonly state: ArgocdState;
  readonly faults: Faults;
  /** Every request so far, in the order in which they came. */
  readonly requests: readonly SeenRequest[];
  /** Stops at once; answers that hang, and streams, are cut off. */
  close(): Promise<void>;
}

/** Starts a simulated server on 127.0.0.1, without accounts or applications. Rejects when the port is taken. */
export async function startArgocd(options: StartOptions): Promise<SimulatedArgocd> {
  const { basePath = '' } = options;
  const state = createState(options.version, options.now);
  const faults = new Faults();
  const requests: SeenRequest[] = [];
  const server = await serve(createListener({ state, faults, requests, basePath }), options.port);
  return { ...server, url: server.url + basePath, state, faults, requests };
}
