import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Faults } from '../woodpecker/faults.ts';
import type { SeenRequest } from '../woodpecker/listener.ts';
import { playFault } from '../woodpecker/play-fault.ts';
import { type Answer, refusal, unrecognized } from './answer.ts';
import { sessionOf } from './auth.ts';
import type { Call } from './call.ts';
import { roomPage } from './room-page.ts';
import { ROUTES, type Route } from './routes.ts';
import type { HomeserverState } from './state.ts';

export interface ListenerOptions {
  readonly state: HomeserverState;
  readonly faults: Faults;
  /** Every request is added here. */
  readonly requests: SeenRequest[];
}

const MAX_BODY = 1024 * 1024;

/** What answers HTTP requests from the state as a Synapse does, save where a fault is on; `/` shows its rooms. */
export function createListener({ state, faults, requests }: ListenerOptions): RequestListener {
  return async (request, response) => {
    const url = request.url ?? '/';
    requests.push({ method: request.method ?? '', path: url, at: state.now() });
    const text = await bodyOf(request);
    if (text === null) return;
    const fault = faults.take(url);
    // A request that a fault swallows has no effect.
    if (fault !== null && fault.kind !== 'slow' && fault.kind !== 'lost_answer') {
      playFault(fault, response, { status: 200, headers: commonHeaders(state.now()), body: '{}' });
      return;
    }
    const page = request.method === 'GET' ? roomPage(state, url) : null;
    if (page !== null) return void send(response, page);
    const found = answerTo(state, request, url, text);
    const answer = { ...found, headers: { ...commonHeaders(state.now()), ...found.headers } };
    if (fault !== null) playFault(fault, response, answer);
    else if (answer.delayMs === undefined) send(response, answer);
    else sendLater(response, answer, answer.delayMs);
  };
}

function answerTo(state: HomeserverState, request: IncomingMessage, url: string, text: string): Answer {
  const { pathname, searchParams: query } = new URL(url, 'http://localhost');
  const found = ROUTES.map((route) => ({ route, match: route.path.exec(pathname) })).filter(
    (one): one is { route: Route; match: RegExpExecArray } => one.match !== null,
  );
  if (found.length === 0) return unrecognized(404);
  const { route, match } = found.find((one) => one.route.method === request.method) ?? {};
  if (route === undefined || match === undefined) return unrecognized(405);
  const params = match.slice(1).map((part) => decoded(part ?? ''));
  const body = parsed(text);
  const call: Call = { state, query, params, body: body.value, text };
  // Whoever has no good token is told so before what is wrong with the body.
  if (route.isOpen === true) return route.handle(call);
  const session = sessionOf(state, request.headers, query);
  if ('status' in session) return session;
  return body.ok ? route.handle({ ...call, session }) : refusal(400, 'M_NOT_JSON', 'Content not JSON.');
}

function parsed(text: string): { readonly ok: boolean; readonly value: unknown } {
  if (text === '') return { ok: true, value: null };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, value: null };
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Null where the client went away, or would not stop. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of request) {
      bytes += part.length;
      if (bytes > MAX_BODY) return null;
      parts.push(part);
    }
  } catch {
    return null;
  }
  return Buffer.concat(parts).toString();
}

function commonHeaders(now: number): Record<string, string> {
  return {
    Server: 'Synapse/1.163.2',
    Date: new Date(now).toUTCString(),
    'Content-Type': 'application/json',
    'Cache-Control': 'no-cache, no-store, must-revalidate',
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, DELETE, OPTIONS',
    'Access-Control-Allow-Headers': 'X-Requested-With, Content-Type, Authorization, Date',
    'Access-Control-Expose-Headers': 'Synapse-Trace-Id, Server',
  };
}

/** As the real server does: in chunks, without a length. */
function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, answer.headers);
  response.write(answer.body);
  response.end();
}

function sendLater(response: ServerResponse, answer: Answer, delayMs: number): void {
  const timer = setTimeout(() => send(response, answer), delayMs);
  response.on('close', () => clearTimeout(timer));
}
