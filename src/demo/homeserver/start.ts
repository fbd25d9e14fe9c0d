import { serve } from '../serve.ts';
import { Faults } from '../woodpecker/faults.ts';
import type { SeenRequest } from '../woodpecker/listener.ts';
import { createListener } from './listener.ts';
import type { HomeserverState } from './state.ts';

/** A server that looks to a client like a Matrix homeserver, and whose every fact can be set. */
export interface SimulatedHomeserver extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly state: HomeserverState;
  readonly faults: Faults;
  /** Every request so far, in the order in which they came. */
  readonly requests: readonly SeenRequest[];
  /** Stops at once; answers that hang are cut off. The state can be given to another server. */
  close(): Promise<void>;
}

/** Serves a state on 127.0.0.1; `port` 0 for any that is free. Rejects when the port is taken. */
export async function startHomeserver(state: HomeserverState, port = 0): Promise<SimulatedHomeserver> {
  const faults = new Faults();
  const requests: SeenRequest[] = [];
  const server = await serve(createListener({ state, faults, requests }), port);
  return { ...server, state, faults, requests };
}
