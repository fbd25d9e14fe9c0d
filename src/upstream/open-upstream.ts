import { type Dispatcher, request } from 'undici';
import type { ZodType } from 'zod';
import type { Clock } from '../domain/clock.ts';
import type { Observe } from '../domain/observation.ts';
import { dateOf, type Head, headOf } from './head.ts';
import { judgeHead, tooLarge } from './judge-head.ts';
import { networkTrouble } from './network-trouble.ts';
import { discardBody, readBody } from './read-body.ts';
import { readJson } from './read-json.ts';
import { retryAfterMs } from './retry-after.ts';
import { SourceAgent } from './source-agent.ts';
import { unlessAborted } from './unless-aborted.ts';
import type { Answer, Trouble, Upstream } from './upstream.ts';

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

/** What came over the wire: a body worth reading, or the trouble that stood in its way. */
type Exchange =
  | { readonly ok: true; readonly head: Head; readonly text: string }
  | { readonly ok: false; readonly head: Head | null; readonly trouble: Trouble };

/** Opens the way to one upstream: GET only, no redirects, limits on time and size. Connects at the first request. */
export function openUpstream(options: UpstreamOptions): Upstream {
  const { clock, observe, source, maxBodyBytes, requestTimeoutMs } = options;
  const agent = new SourceAgent(options, requestTimeoutMs);
  const base = options.baseUrl.replace(/\/+$/, '');

  async function get<T>(path: string, schema: ZodType<T>, stop: AbortSignal): Promise<Answer<T>> {
    const exchange = await converse(new URL(base + path), stop);
    const { head } = exchange;
    observe({ kind: 'request', source, code: head === null ? 'error' : String(head.status) });

    const date = (head === null ? null : dateOf(head)) ?? clock.now();
    if (!exchange.ok) return failed(path, exchange.trouble, head, date);
    const read = readJson(exchange.text, schema);
    if (!read.ok) return failed(path, { reason: 'bad_response', detail: read.detail }, head, date);
    return { ok: true, value: read.value, date, headers: exchange.head.headers };
  }

  /** Throws `stop.reason` when asked to stop, and bugs. */
  async function converse(url: URL, stop: AbortSignal): Promise<Exchange> {
    stop.throwIfAborted();
    const signal = AbortSignal.any([stop, AbortSignal.timeout(requestTimeoutMs)]);
    const authorization = options.authorization();
    const own = { ...options.headers?.(), ...(authorization === null ? {} : { authorization }) };
    let head: Head | null = null;
    try {
      const response = await unlessAborted(send(url, own, signal), signal);
      head = headOf(response);
      const trouble = judgeHead(head, url, maxBodyBytes);
      if (trouble !== null) {
        await discardBody(response.body, signal);
        stop.throwIfAborted();
        return { ok: false, head, trouble };
      }
      const text = await readBody(response.body, maxBodyBytes);
      return text === null ? { ok: false, head, trouble: tooLarge(maxBodyBytes) } : { ok: true, head, text };
    } catch (error) {
      stop.throwIfAborted();
      if (signal.aborted) {
        const detail = `no whole answer within ${requestTimeoutMs} ms (request_timeout)`;
        return { ok: false, head, trouble: { reason: 'timeout', detail } };
      }
      const trouble = networkTrouble(error, head !== null);
      if (trouble === null) throw error;
      return { ok: false, head, trouble };
    }
  }

  async function send(
    url: URL,
    own: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    return await request(url, {
      method: 'GET',
      dispatcher: agent.current(),
      signal,
      headers: {
        accept: 'application/json',
        'user-agent': options.userAgent,
        ...own,
      },
    });
  }

  return { get, close: () => agent.destroy() };
}

function failed(path: string, trouble: Trouble, head: Head | null, date: number): Answer<never> {
  const asksToWait = head !== null && (head.status === 429 || head.status === 503);
  return {
    ok: false,
    failure: {
      reason: trouble.reason,
      detail: `GET ${path}: ${trouble.detail}`,
      status: head?.status ?? null,
      retryAfterMs: asksToWait ? retryAfterMs(head.headers['retry-after'], date) : null,
    },
  };
}
