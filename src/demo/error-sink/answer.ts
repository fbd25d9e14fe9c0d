import type { IncomingHttpHeaders } from 'node:http';
import type { ErrorSinkState } from './state.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** What the sink says to a GET: one route, with its quirks (it counts over 24 hours whatever it does not understand). */
export function answerTo(state: ErrorSinkState, url: URL, headers: IncomingHttpHeaders): Answer {
  if (url.pathname !== '/api/analytics/errors/by-subsystem') return { status: 404, body: { detail: 'Not Found' } };
  const caller = callerOf(state, headers);
  if ('status' in caller) return caller;
  const asked = headers['x-workspace-id'] ?? url.searchParams.get('workspace_id') ?? caller.workspace;
  if (typeof asked !== 'string' || !/^[0-9a-f-]{36}$/i.test(asked)) return refusal(400, 'Invalid workspace_id');
  if (state.isForAdminsOnly && caller.byKey) return refusal(403, 'Workspace admin only');

  const window = url.searchParams.get('window') ?? '24h';
  const since = state.now() - windowMs(window);
  const found = state.errors.filter((error) => error.workspace === asked && error.at >= since);
  const counts = [...Map.groupBy(found, ({ subsystem }) => subsystem)].map(([subsystem, { length }]) => ({
    subsystem,
    count: length,
    rate: length / found.length,
  }));
  return {
    status: 200,
    body: { window, total: found.length, by_subsystem: counts, generated_at: isoformat(state.now()) },
  };
}

function callerOf(
  state: ErrorSinkState,
  headers: IncomingHttpHeaders,
): { readonly workspace: string; readonly byKey: boolean } | Answer {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) {
    const workspace = state.tokens.get(bearer);
    return workspace === undefined ? refusal(401, 'Invalid or expired token') : { workspace, byKey: false };
  }
  const key = headers['x-api-key'] ?? /^ApiKey (.+)$/.exec(headers.authorization ?? '')?.[1];
  if (typeof key !== 'string') return refusal(401, 'Authentication required');
  const workspace = state.apiKeys.get(key);
  return workspace === undefined ? refusal(401, 'Invalid API key') : { workspace, byKey: true };
}

/** `<int>h` or `<int>d`; anything else is 24 hours. */
function windowMs(text: string): number {
  const [, count = '0', unit = ''] = /^(\d+)([hd])$/i.exec(text) ?? [];
  const ms = Number(count) * (unit.toLowerCase() === 'd' ? DAY_MS : HOUR_MS);
  return ms > 0 ? ms : DAY_MS;
}

/** As Python writes a time without a zone: no fraction where there is none. */
function isoformat(at: number): string {
  const text = new Date(at).toISOString().slice(0, -1);
  return text.endsWith('.000') ? text.slice(0, -4) : `${text}000`;
}

function refusal(status: number, detail: string): Answer {
  return { status, body: { detail } };
}
