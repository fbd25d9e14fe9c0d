import { type Dispatcher, request } from 'undici';
import { type ZodType, z } from 'zod';
import type { Clock } from '../domain/clock.ts';
import type { FailureReason } from '../domain/observation.ts';
import type { Secret } from '../domain/secret.ts';
import { dateOf, headOf } from '../upstream/head.ts';
import { networkTrouble } from '../upstream/network-trouble.ts';
import { readBody } from '../upstream/read-body.ts';
import { retryAfterMs } from '../upstream/retry-after.ts';
import { SourceAgent } from '../upstream/source-agent.ts';
import { unlessAborted } from '../upstream/unless-aborted.ts';
import type { Homeserver, Power, Reply } from './homeserver.ts';
import { clean } from './text.ts';
import { type Trouble, troubleOf } from './trouble.ts';

export interface MatrixOptions {
  /** Its path, if any, comes before that of every request. */
  readonly baseUrl: string;
  /** Asked for at each request: its file may have changed. */
  readonly token: Secret;
  readonly caFile: string | null;
  /** Over a whole exchange. */
  readonly requestTimeoutMs: number;
  readonly userAgent: string;
  readonly clock: Clock;
}

interface Call {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  readonly body?: string;
  /** A bad token would be refused where none is needed. */
  readonly open?: boolean;
}

type Exchange =
  | { readonly ok: true; readonly status: number; readonly text: string; readonly retryAfterMs: number | null }
  | { readonly ok: false; readonly trouble: Trouble };

const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** A homeserver that asks for more means something else; one that asks for nothing would be hammered. */
const LONGEST_WAIT_MS = 10 * 60_000;
const SHORTEST_WAIT_MS = 100;

const versions = z.object({ versions: z.array(z.string()) }).transform((body) => body.versions);
const account = z
  .object({ user_id: z.string(), device_id: z.string().nullish() })
  .transform((body) => ({ userId: body.user_id, deviceId: body.device_id ?? null }));
const joined = z.object({ joined_rooms: z.array(z.string()) }).transform((body) => body.joined_rooms);
const room = z.object({ room_id: z.string().startsWith('!') }).transform((body) => body.room_id);
/** Of one user. Who and what is not named has the default, which is 0 (spec, m.room.power_levels). */
const powerLevels = z
  .object({
    users: z.record(z.string(), z.number()).nullish(),
    users_default: z.number().nullish(),
    events: z.record(z.string(), z.number()).nullish(),
    events_default: z.number().nullish(),
  })
  .transform(
    ({ users, users_default, events, events_default }) =>
      (userId: string): Power => ({
        has: users?.[userId] ?? users_default ?? 0,
        needs: events?.['m.room.message'] ?? events_default ?? 0,
      }),
  );
const event = z.object({ event_id: z.string().min(1) }).transform((body) => body.event_id);
const refusal = z.object({
  errcode: z.string(),
  error: z.string().catch(''),
  retry_after_ms: z.number().nonnegative().nullish().catch(null),
});

/** Opens the way to a homeserver; connects at the first request. */
export function openMatrix(options: MatrixOptions): Homeserver {
  const { requestTimeoutMs, clock } = options;
  const agent = new SourceAgent({ caFile: options.caFile, insecureSkipVerify: false }, requestTimeoutMs);
  const base = `${options.baseUrl.replace(/\/+$/, '')}/_matrix/client`;

  async function ask<T>(call: Call, schema: ZodType<T>, stop: AbortSignal): Promise<Reply<T>> {
    const exchange = await converse(call, stop);
    if (!exchange.ok) return exchange;
    const json = parsed(exchange.text);
    if (exchange.status === 200) {
      const read = schema.safeParse(json);
      if (read.success) return { ok: true, value: read.data };
      const detail = `${call.method} ${shown(call.path)}: 200 with an answer that is not Matrix; is homeserver right?`;
      return waiting(detail, 'bad_response');
    }
    const said = refusal.safeParse(json);
    const asked = exchange.retryAfterMs ?? (said.success ? (said.data.retry_after_ms ?? null) : null);
    const trouble = troubleOf({
      status: exchange.status,
      errcode: said.success ? said.data.errcode : null,
      error: said.success ? said.data.error : '',
      retryAfterMs: asked === null ? null : Math.min(Math.max(asked, SHORTEST_WAIT_MS), LONGEST_WAIT_MS),
    });
    return { ok: false, trouble: { ...trouble, detail: `${call.method} ${shown(call.path)}: ${trouble.detail}` } };
  }

  async function converse({ method, path, body, open }: Call, stop: AbortSignal): Promise<Exchange> {
    stop.throwIfAborted();
    const signal = AbortSignal.any([stop, AbortSignal.timeout(requestTimeoutMs)]);
    const authorization = open === true ? null : bearer();
    if (authorization !== null && !authorization.ok) return authorization;
    let answered = false;
    try {
      const response = await unlessAborted(
        send(`${base}${path}`, method, body, authorization?.value ?? null, signal),
        signal,
      );
      answered = true;
      const head = headOf(response);
      const text = await unlessAborted(readBody(response.body, MAX_BODY_BYTES), signal);
      const wait = retryAfterMs(head.headers['retry-after'], dateOf(head) ?? clock.now());
      return { ok: true, status: head.status, text: text ?? '', retryAfterMs: wait };
    } catch (error) {
      stop.throwIfAborted();
      const where = `${method} ${shown(path)}`;
      if (signal.aborted)
        return waiting(`${where}: no whole answer within ${requestTimeoutMs} ms (request_timeout)`, 'timeout');
      const trouble = networkTrouble(error, answered);
      if (trouble === null) throw error;
      const detail = `${where}: ${trouble.detail}`;
      if (trouble.reason === 'unauthorized')
        return { ok: false, trouble: { kind: 'blocked', reason: 'unauthorized', detail } };
      return waiting(detail, trouble.reason);
    }
  }

  function bearer(): Reply<string> {
    try {
      return { ok: true, value: `Bearer ${options.token.read()}` };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { ok: false, trouble: { kind: 'blocked', reason: 'unauthorized', detail: `token_file: ${why}` } };
    }
  }

  async function send(
    url: string,
    method: Call['method'],
    body: string | undefined,
    authorization: string | null,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    return await request(url, {
      method,
      dispatcher: agent.current(),
      signal,
      ...(body === undefined ? {} : { body }),
      headers: {
        accept: 'application/json',
        'user-agent': options.userAgent,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(authorization === null ? {} : { authorization }),
      },
    });
  }

  const get = (path: string): Call => ({ method: 'GET', path });
  return {
    versions: (stop) => ask({ ...get('/versions'), open: true }, versions, stop),
    whoami: (stop) => ask(get('/v3/account/whoami'), account, stop),
    joinedRooms: (stop) => ask(get('/v3/joined_rooms'), joined, stop),
    async resolve(alias, stop) {
      const reply = await ask(get(`/v3/directory/room/${encoded(alias)}`), room, stop);
      return reply.ok ? reply : { ok: false, trouble: ofRoom(reply.trouble) };
    },
    async join(aliasOrId, stop) {
      const path = `/v3/join/${encoded(aliasOrId)}`;
      const reply = await ask({ method: 'POST', path, body: '{}' }, room, stop);
      return reply.ok ? reply : { ok: false, trouble: ofRoom(reply.trouble) };
    },
    async isEncrypted(roomId, stop) {
      const path = `/v3/rooms/${encoded(roomId)}/state/m.room.encryption`;
      const reply = await ask(get(path), z.unknown(), stop);
      if (reply.ok) return { ok: true, value: true };
      const none = reply.trouble.kind === 'blocked' && reply.trouble.reason === 'not_found';
      return none ? { ok: true, value: false } : reply;
    },
    async power(roomId, userId, stop) {
      const reply = await ask(get(`/v3/rooms/${encoded(roomId)}/state/m.room.power_levels`), powerLevels, stop);
      if (reply.ok) return { ok: true, value: reply.value(userId) };
      const none = reply.trouble.kind === 'blocked' && reply.trouble.reason === 'not_found';
      return none ? { ok: true, value: { has: 0, needs: 0 } } : reply;
    },
    send(roomId, txnId, content, stop) {
      const path = `/v3/rooms/${encoded(roomId)}/send/m.room.message/${encoded(txnId)}`;
      const body = typeof content === 'string' ? content : JSON.stringify(content);
      return ask({ method: 'PUT', path, body }, event, stop);
    },
    close: () => agent.destroy(),
  };
}

function waiting(detail: string, onTheWay: FailureReason): { readonly ok: false; readonly trouble: Trouble } {
  return {
    ok: false,
    trouble: { kind: 'wait', afterMs: null, throttled: false, detail: clean(detail, 500), onTheWay },
  };
}

/** What would be wrong with an event is here wrong with the room: an alias that is none, a ban. */
function ofRoom(trouble: Trouble): Trouble {
  return trouble.kind === 'poison' ? { kind: 'blocked', reason: 'not_found', detail: trouble.detail } : trouble;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Every character that could mean something in a path is encoded, those too that a room's id begins with. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A path for people. */
function shown(path: string): string {
  return clean(path, 120);
}
