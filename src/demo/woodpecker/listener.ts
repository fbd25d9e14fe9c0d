import type { IncomingMessage, RequestListener } from 'node:http';
import { type Answer, empty, page } from './answer.ts';
import { userOf } from './auth.ts';
import type { Faults } from './faults.ts';
import { playFault } from './play-fault.ts';
import { ROUTES } from './routes.ts';
import { commonHeaders, send } from './send.ts';
import { shapeOf } from './shape-of.ts';
import type { WoodpeckerState } from './state.ts';
import { parseVersion } from './version.ts';

/** A request that the server got, answered or not. */
export interface SeenRequest {
  readonly method: string;
  /** With the query, without the base path. */
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface ListenerOptions {
  readonly state: WoodpeckerState;
  readonly faults: Faults;
  /** Every request is added here. */
  readonly requests: SeenRequest[];
  /** `/ci` where the server stands under a path; empty at the root. */
  readonly basePath: string;
}

const SIMULATED = 'This Woodpecker is simulated: it has the API alone. A real one shows the pipeline here.';

/** What answers HTTP requests from the state, as a server of the state's version does, save where a fault is on. */
export function createListener({ state, faults, requests, basePath }: ListenerOptions): RequestListener {
  return (request, response) => {
    const url = request.url ?? '/';
    const path = url.startsWith(`${basePath}/`) ? url.slice(basePath.length) : null;
    requests.push({ method: request.method ?? '', path: path ?? url, at: state.now() });

    const found = path === null ? page() : answerTo(state, request, path);
    const answer = { ...found, headers: { ...commonHeaders(state.version, state.now()), ...found.headers } };
    const fault = faults.take(path ?? url);
    if (fault === null) send(response, answer);
    else playFault(fault, response, answer);
  };
}

function answerTo(state: WoodpeckerState, request: IncomingMessage, path: string): Answer {
  const [encoded = '', ...search] = path.split('?');
  const pathname = decoded(encoded);
  if (pathname === null) return empty(400);
  if (request.method !== 'GET') return page();
  const query = new URLSearchParams(search.join('?'));
  const version = parseVersion(state.version);
  for (const route of ROUTES) {
    const match = route.path.exec(pathname);
    if (match === null) continue;
    const user = userOf(state, request.headers, query);
    return route.handle({ state, version, shape: shapeOf(version), user, query, params: match.slice(1) });
  }
  return page(path.startsWith('/api/') ? '' : SIMULATED);
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
