import type { IncomingMessage, RequestListener } from 'node:http';
import type { Answer } from '../woodpecker/answer.ts';
import type { Faults } from '../woodpecker/faults.ts';
import type { SeenRequest } from '../woodpecker/listener.ts';
import { playFault } from '../woodpecker/play-fault.ts';
import { parseVersion } from '../woodpecker/version.ts';
import * as answers from './answer.ts';
import { callerOf } from './auth.ts';
import { ROUTES, type Route } from './routes.ts';
import { send } from './send.ts';
import type { ArgocdState } from './state.ts';
import { openStream, readStream, type Stream } from './stream-route.ts';

export interface ListenerOptions {
  readonly state: ArgocdState;
  readonly faults: Faults;
  /** Every request is added here. */
  readonly requests: SeenRequest[];
  /** `/argo-cd` where the server has that `--rootpath`; empty at the root. */
  readonly basePath: string;
}

/** What links lead to. */
const PAGES = /^\/(applications(\/.*)?)?$/;
const STREAM = '/api/v1/stream/applications';

/** What answers HTTP requests from the state, as a server of the state's version does, save where a fault is on. */
export function createListener({ state, faults, requests, basePath }: ListenerOptions): RequestListener {
  return (request, response) => {
    const url = request.url ?? '/';
    const path = url.startsWith(`${basePath}/`) ? url.slice(basePath.length) : null;
    requests.push({ method: request.method ?? '', path: path ?? url, at: state.now() });

    const found = path === null ? answers.outsideBasePath() : answerTo(state, request, path, url);
    const stream = 'kind' in found ? found : null;
    const told = 'kind' in found ? found.answer : found;
    const answer = { ...told, headers: { Date: new Date(state.now()).toUTCString(), ...told.headers } };
    const fault = faults.take(path ?? url);
    if (fault !== null) playFault(fault, response, answer);
    else if (stream?.kind === 'open') openStream(state, { ...stream, answer }, response);
    else send(request, response, answer);
  };
}

function answerTo(state: ArgocdState, request: IncomingMessage, path: string, url: string): Answer | Stream {
  if (state.redirectTo !== null) return answers.redirect(`${state.redirectTo}${url}`);
  const [encoded = '', ...search] = path.split('?');
  const pathname = decoded(encoded);
  const query = new URLSearchParams(search.join('?'));
  if (request.method !== 'GET' && request.headers['content-type'] !== 'application/json') {
    return answers.wrongContentType();
  }
  if (pathname === '/healthz') return answers.health(state.justStarted === null);
  if (pathname !== null && PAGES.test(pathname)) return answers.page();
  if (pathname === null || !pathname.startsWith('/api/')) return answers.noPage();
  if (pathname === STREAM && request.method === 'GET') return readStream(state, request, query);
  for (const route of ROUTES) {
    const match = route.path.exec(pathname);
    if (match === null) continue;
    if (request.method !== 'GET') return answers.wrongMethod();
    return ask(state, request, route, query, match.slice(1));
  }
  return answers.noRoute();
}

function ask(
  state: ArgocdState,
  request: IncomingMessage,
  { handle, isOpen = false }: Route,
  query: URLSearchParams,
  params: readonly string[],
): Answer {
  const caller = callerOf(state, request.headers);
  if (caller.kind === 'unknown' && !isOpen) return answers.refusal('unauthenticated', caller.message);
  const { account, rights } = caller.kind === 'known' ? caller : { account: null, rights: [] };
  return handle({ state, version: parseVersion(state.version), account, rights, query, params });
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
