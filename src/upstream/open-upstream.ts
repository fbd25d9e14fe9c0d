import { type Dispatcher, request } from 'undici';
import type { ZodType } from 'zod';
import type { Clock } from '../domain/clock.ts';
import type { Observe } from '../domain/observation.ts';
import { dateOf, type Head, headOf } from './head.ts';
import { judgeHead, tooLarge } from './judge-head.ts';
import { networkTrouble } from './network-trouble.ts';
import { readBody, readGrpcCode } from './read-body.ts';
import { readEvents } from './read-events.ts';
import { readJson } from './read-json.ts';
import { retryAfterMs } from './retry-after.ts';
import { Silence } from './silence.ts';
import { SourceAgent } from './source-agent.ts';
import { unlessAborted } from './unless-aborted.ts';
import type { Answer, Conditions, Failure, StreamingUpstream, Trouble } from './upstream.ts';

export interface UpstreamOptions {
  /** The configured name of the source. */
  readonly source: string;
  /** Its path, if any, comes before that of every request. */
  readonly baseUrl: string;
  /**
   * The value of the Authorization header, asked for at each request: the secret's file may have changed.
   * What it throws, `get` throws.
   */
  readonly authorization: () => string | null;
  /** More headers of every request, asked for likewise. Absent: none. */
  readonly headers?: () => Readonly<Record<string, string>>;
  readonly caFile: string | null;
  readonly insecureSkipVerify: boolean;
  /** Over a whole exchange: connecting, headers and body. */
  readonly requestTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly observe: Observe;
}

/** What a request is for. `read`: what to make of its body, once its head is good. */
interface Errand<T> {
  readonly accept: string;
  /** Answered with 304 where the server still has the same. */
  readonly etag?: string | undefined;
  readonly stop: AbortSignal;
  /** When it is given up, and what to say then. */
  readonly deadline: AbortSignal;
  readonly overdue: string;
  readonly read: (body: Dispatcher.ResponseData['body']) => Promise<Came<T>>;
}

type Came<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly trouble: Trouble };

/** How a request ended, and the head of its answer, if one came. */
type Exchange<T> =
  | { readonly ok: true; readonly head: Head; readonly value: T }
  | {
      readonly ok: false;
      readonly head: Head | null;
      readonly trouble: Trouble;
      readonly grpcCode: number | null;
    };

/** Opens the way to one upstream: GET only, no redirects, limits on time and size. Connects at the first request. */
export function openUpstream(options: UpstreamOptions): StreamingUpstream {
  const { clock, observe, source, maxBodyBytes, requestTimeoutMs } = options;
  const agent = new SourceAgent(options, requestTimeoutMs);
  const base = options.baseUrl.replace(/\/+$/, '');

  async function get<T>(
    path: string,
    schema: ZodType<T>,
    stop: AbortSignal,
    { etag }: Conditions = {},
  ): Promise<Answer<T>> {
    const exchange = await converse(new URL(base + path), {
      accept: 'application/json',
      etag,
      stop,
      deadline: AbortSignal.timeout(requestTimeoutMs),
      overdue: `no whole answer within ${requestTimeoutMs} ms (request_timeout)`,
      async read(body) {
        const text = await readBody(body, maxBodyBytes);
        return text === null ? { ok: false, trouble: tooLarge(maxBodyBytes) } : { ok: true, value: text };
      },
    });
    const { head } = exchange;
    observe({ kind: 'request', source, code: head === null ? 'error' : String(head.status) });
    if (!exchange.ok) return { ok: false, failure: failureOf(path, exchange) };
    const read = readJson(exchange.value, schema);
    if (!read.ok) {
      const trouble: Trouble = { reason: 'bad_response', detail: read.detail };
      return { ok: false, failure: failureOf(path, { head, trouble, grpcCode: null }) };
    }
    return { ok: true, value: read.value, date: dateOf(exchange.head) ?? clock.now(), headers: exchange.head.headers };
  }

  const follow: StreamingUpstream['follow'] = async (path, schema, onEvent, { stop, silenceMs }) => {
    using silence = new Silence(silenceMs);
    const exchange = await converse<never>(new URL(base + path), {
      accept: 'text/event-stream',
      stop,
      deadline: silence.signal,
      overdue: `nothing came for ${silenceMs} ms`,
      async read(body) {
        observe({ kind: 'request', source, code: '200' });
        const heard = () => silence.broken();
        return { ok: false, trouble: await readEvents(body, schema, onEvent, heard, maxBodyBytes) };
      },
    });
    if (exchange.ok) return exchange.value;
    const { head } = exchange;
    if (head?.status !== 200) observe({ kind: 'request', source, code: head === null ? 'error' : String(head.status) });
    return failureOf(path, exchange);
  };

  /** Throws `stop.reason` when asked to stop, and bugs. */
  async function converse<T>(
    url: URL,
    { accept, etag, stop, deadline, overdue, read }: Errand<T>,
  ): Promise<Exchange<T>> {
    stop.throwIfAborted();
    const signal = AbortSignal.any([stop, deadline]);
    const authorization = options.authorization();
    const own = {
      ...options.headers?.(),
      ...(authorization === null ? {} : { authorization }),
      ...(etag === undefined ? {} : { 'if-none-match': etag }),
    };
    let head: Head | null = null;
    try {
      const response = await unlessAborted(send(url, accept, own, signal), signal);
      head = headOf(response);
      const trouble = judgeHead(head, url, maxBodyBytes, accept);
      if (trouble !== null) {
        const grpcCode = await readGrpcCode(response.body, head, signal);
        stop.throwIfAborted();
        return { ok: false, head, trouble, grpcCode };
      }
      const came = await read(response.body);
      return came.ok ? { ...came, head } : { ...came, head, grpcCode: null };
    } catch (error) {
      stop.throwIfAborted();
      const trouble = signal.aborted
        ? ({ reason: 'timeout', detail: overdue } as const)
        : networkTrouble(error, head !== null);
      if (trouble === null) throw error;
      return { ok: false, head, trouble, grpcCode: null };
    }
  }

  async function send(
    url: URL,
    accept: string,
    own: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    return await request(url, {
      method: 'GET',
      dispatcher: agent.current(),
      signal,
      headers: {
        accept,
        'user-agent': options.userAgent,
        ...own,
      },
    });
  }

  function failureOf(path: string, { head, trouble, grpcCode }: Omit<Exchange<never> & { ok: false }, 'ok'>): Failure {
    const asksToWait = head !== null && (head.status === 429 || head.status === 503);
    const date = (head === null ? null : dateOf(head)) ?? clock.now();
    return {
      reason: trouble.reason,
      detail: `GET ${path}: ${trouble.detail}`,
      status: head?.status ?? null,
      retryAfterMs: asksToWait ? retryAfterMs(head.headers['retry-after'], date) : null,
      ...(grpcCode === null ? {} : { grpcCode }),
      ...(head === null ? {} : { headers: quotaOf(head.headers) }),
    };
  }

  return { get, follow, close: () => agent.destroy() };
}

/** Nothing else of the headers is kept: an answer may say the token back. */
function quotaOf(headers: Head['headers']): Head['headers'] {
  const told = Object.entries(headers).filter(
    ([name, value]) => /^(retry-after|(x-)?ratelimit-\w+)$/.test(name) && /^\d{1,20}$/.test(value),
  );
  return Object.fromEntries(told);
}
