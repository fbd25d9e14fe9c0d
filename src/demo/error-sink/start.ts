import { serve } from '../serve.ts';
import { json } from '../woodpecker/answer.ts';
import { Faults } from '../woodpecker/faults.ts';
import type { SeenRequest } from '../woodpecker/listener.ts';
import { playFault } from '../woodpecker/play-fault.ts';
import { answerTo } from './answer.ts';
import { createState, type ErrorSinkState } from './state.ts';

/** A server that looks to a client like the error sink of another program, and whose every fact can be set. */
export interface SimulatedErrorSink extends AsyncDisposable {
  readonly url: string;
  readonly state: ErrorSinkState;
  readonly faults: Faults;
  /** Every request so far, in the order in which they came. */
  readonly requests: readonly SeenRequest[];
  close(): Promise<void>;
}

/** Starts a simulated sink without errors on 127.0.0.1. `now`: its clock, in milliseconds since the epoch. */
export async function startErrorSink(now: () => number): Promise<SimulatedErrorSink> {
  const state = createState(now);
  const faults = new Faults();
  const requests: SeenRequest[] = [];
  const server = await serve((request, response) => {
    const url = request.url ?? '/';
    requests.push({ method: request.method ?? '', path: url, at: now() });
    const { status, body } = answerTo(state, new URL(url, 'http://localhost'), request.headers);
    const told = json(body);
    const answer = { ...told, status, headers: { ...told.headers, Date: new Date(now()).toUTCString() } };
    const fault = faults.take(url);
    if (fault !== null) return playFault(fault, response, answer);
    response.writeHead(status, answer.headers);
    response.end(answer.body);
  });
  return { ...server, state, faults, requests };
}
