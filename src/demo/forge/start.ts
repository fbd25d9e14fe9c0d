import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Served, serve } from '../serve.ts';
import { type ForgeAnswer, SIMULATED_DIALECTS, type SimulatedDialect } from './dialects.ts';
import type { ForgeState } from './state.ts';

/** A request that the forge got, and the status that it was answered with. */
export interface SeenForgeRequest {
  readonly path: string;
  readonly status: number;
}

/** A server that looks to a client like Forgejo and Gitea, GitHub Enterprise, and GitLab: one state, three APIs. */
export interface SimulatedForge extends Served {
  readonly state: ForgeState;
  readonly requests: readonly SeenForgeRequest[];
}

/** Starts a forge without repositories on 127.0.0.1. `now` in milliseconds since the epoch. */
export async function startForge(options: {
  readonly now: () => number;
  readonly token: string;
}): Promise<SimulatedForge> {
  const state: ForgeState = {
    ...options,
    repositories: new Map(),
    forbidden: new Set(),
    quota: null,
    down: false,
  };
  const requests: SeenForgeRequest[] = [];
  const served = await serve((request, response) => {
    requests.push({ path: request.url ?? '', status: respond(state, request, response) });
  });
  return { ...served, state, requests };
}

function respond(state: ForgeState, request: IncomingMessage, response: ServerResponse): number {
  const [path = '', search = ''] = (request.url ?? '').split('?');
  const dialect = SIMULATED_DIALECTS.find(({ root }) => path.startsWith(`${root}/`)) ?? null;
  const { status, body } = answerTo(state, dialect, path, new URLSearchParams(search), request);
  const text = JSON.stringify(body);
  const etag = `W/"${createHash('sha1').update(text).digest('hex')}"`;
  const same = status === 200 && request.headers['if-none-match'] === etag;
  // What has not changed costs no quota.
  if (state.quota !== null && status === 200 && !same) state.quota.remaining -= 1;
  response.writeHead(same ? 304 : status, {
    'Content-Type': 'application/json; charset=utf-8',
    Date: new Date(state.now()).toUTCString(),
    ...(status === 200 ? { ETag: etag } : {}),
    ...quotaHeaders(state, dialect),
  });
  response.end(same ? undefined : text);
  return same ? 304 : status;
}

function answerTo(
  state: ForgeState,
  dialect: SimulatedDialect | null,
  path: string,
  query: URLSearchParams,
  { headers }: IncomingMessage,
): ForgeAnswer {
  if (state.down) return { status: 503, body: { message: 'down for maintenance' } };
  if (dialect === null) return { status: 404, body: { message: 'Not Found' } };
  if (headers.authorization !== `${dialect.scheme} ${state.token}`)
    return { status: 401, body: { message: 'Bad credentials' } };
  const { quota } = state;
  if (quota !== null && state.now() >= quota.resetAt) {
    quota.remaining = quota.limit;
    quota.resetAt = state.now() + 3_600_000;
  }
  if (quota !== null && quota.remaining <= 0) {
    const limited = { message: 'API rate limit exceeded' };
    // GitHub says 403, the others 429.
    return { status: dialect.root === '/api/v3' ? 403 : 429, body: limited };
  }
  return (
    dialect.answer(state, path.slice(dialect.root.length), query) ?? { status: 404, body: { message: 'Not Found' } }
  );
}

function quotaHeaders({ quota }: ForgeState, dialect: SimulatedDialect | null): Record<string, string> {
  const prefix = dialect?.quotaHeaders ?? null;
  if (quota === null || prefix === null) return {};
  return {
    [`${prefix}limit`]: String(quota.limit),
    [`${prefix}remaining`]: String(Math.max(0, quota.remaining)),
    [`${prefix}reset`]: String(Math.ceil(quota.resetAt / 1000)),
  };
}
