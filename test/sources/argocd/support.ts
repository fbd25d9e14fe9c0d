import { readdirSync, readFileSync } from 'node:fs';
import type { ZodType } from 'zod';
import type { Batch, Sighting } from '../../../src/domain/batch.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { ArgocdCollector } from '../../../src/sources/argocd/collector.ts';
import { type ArgocdSettings, argocdSettings } from '../../../src/sources/argocd/settings.ts';
import type { End } from '../../../src/sources/end.ts';
import type { Answer, Failure, Upstream } from '../../../src/upstream/upstream.ts';

const LIVE = new URL('../../fixtures/argocd/live/v3.5.1/', import.meta.url);

export const RECORDINGS: readonly string[] = readdirSync(LIVE)
  .filter((name) => name.endsWith('.json'))
  .toSorted();

/** A recorded file, named by the beginning of its name. */
// biome-ignore lint/suspicious/noExplicitAny: recorded JSON of many shapes.
export function recording(beginning: string): any {
  const found = RECORDINGS.find((name) => name.startsWith(beginning));
  if (found === undefined) throw new Error(`no recording begins with ${beginning}`);
  return JSON.parse(readFileSync(new URL(found, LIVE), 'utf8'));
}

export function settingsOf(keys: Readonly<Record<string, unknown>> = {}): ArgocdSettings {
  const files = {
    path: (name: string) => name,
    existing: (name: string) => ({ ok: true, value: name }) as const,
    secret: () => ({ ok: true, value: { read: () => 'token' } }) as const,
  };
  return argocdSettings(files).parse({
    type: 'argocd',
    url: 'https://argocd.example.org',
    token_file: 'token',
    ...keys,
  });
}

/** What a request is answered with: a value, or a status. */
export type Reply =
  | { readonly body: unknown }
  | { readonly status: number; readonly retryAfterMs?: number; readonly grpcCode?: number };

export function failureOf(status: number, retryAfterMs: number | null = null): Failure {
  const reasons: Readonly<Record<number, Failure['reason']>> = {
    400: 'bad_response',
    401: 'unauthorized',
    403: 'forbidden',
    404: 'not_found',
    429: 'rate_limited',
  };
  return { reason: reasons[status] ?? 'server_error', detail: String(status), status, retryAfterMs };
}

/** The collector over answers made in the process, with a ledger that only takes notes. */
export class Desk {
  readonly collector: ArgocdCollector;
  readonly batches: Batch[] = [];
  readonly requests: string[] = [];
  readonly warnings: string[] = [];
  /** The time of the answers and of the program, in milliseconds since the epoch. */
  now: number;
  answer: (path: URL) => Reply;
  state = new Map<string, unknown>();
  /** What the ledger throws instead of taking a batch. */
  refuses: Error | null = null;

  constructor(
    now: number,
    answer: (path: URL) => Reply,
    keys: Readonly<Record<string, unknown>> = {},
    state?: Map<string, unknown>,
  ) {
    this.now = now;
    this.answer = answer;
    this.state = state ?? this.state;
    const stop = () => Promise.reject(new Error('nobody sleeps here'));
    const log = {
      debug: () => {},
      info: () => {},
      error: () => {},
      warn: (_: object, text: string) => void this.warnings.push(text),
    };
    this.collector = new ArgocdCollector({
      settings: settingsOf(keys),
      upstream: this.#upstream(),
      inbox: {
        record: async (batch) => {
          if (this.refuses !== null) throw this.refuses;
          this.batches.push(structuredClone(batch));
          for (const [key, value] of batch.state) {
            if (value === null) this.state.delete(key);
            else this.state.set(key, JSON.parse(JSON.stringify(value)));
          }
        },
        decided: async () => new Set(),
        state: async () => new Map(this.state),
      },
      retentionMs: 400 * 86_400_000,
      clock: { now: () => this.now, monotonic: () => this.now, sleep: stop },
      observe: () => {},
      log,
    });
  }

  /** One whole cycle, as the poller runs it. */
  async cycle(): Promise<End> {
    const never = new AbortController().signal;
    const polled = await this.collector.poll(never);
    if (!polled.ok && !polled.partial) return polled;
    const caughtUp = await this.collector.catchUp(never, never);
    const end = polled.ok ? caughtUp : polled;
    return end.ok ? await this.collector.stamp() : end;
  }

  /** The paths asked for while `work` ran. */
  async asked(work: () => Promise<unknown>): Promise<readonly string[]> {
    const before = this.requests.length;
    await work();
    return this.requests.slice(before);
  }

  get deployments(): readonly Deployment[] {
    return this.batches.flatMap(({ deployments }) => deployments);
  }

  get sightings(): readonly Sighting[] {
    return this.batches.flatMap(({ sightings }) => sightings ?? []);
  }

  get ignored(): readonly string[] {
    return this.batches.flatMap(({ ignored }) => ignored.map(({ id, reason }) => `${id} ${reason}`));
  }

  get gaps(): number {
    return this.batches.reduce((sum, { gaps }) => sum + gaps, 0);
  }

  get listings(): readonly string[] {
    return this.batches.flatMap(({ listings }) => listings.map(({ target, change }) => `${target.app} ${change}`));
  }

  #upstream(): Upstream {
    return {
      get: async <T>(path: string, schema: ZodType<T>, stop: AbortSignal): Promise<Answer<T>> => {
        stop.throwIfAborted();
        this.requests.push(path);
        const reply = this.answer(new URL(path, 'http://argocd'));
        if ('status' in reply) {
          const failure = failureOf(reply.status, reply.retryAfterMs ?? null);
          const { grpcCode } = reply;
          return { ok: false, failure: grpcCode === undefined ? failure : { ...failure, grpcCode } };
        }
        // Each answer comes over the wire: what the test changes later is not in it.
        const read = schema.safeParse(structuredClone(reply.body));
        // As an HTTP Date header tells it.
        const date = Math.floor(this.now / 1000) * 1000;
        if (read.success) return { ok: true, value: read.data, date, headers: {} };
        const detail = read.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`).join('; ');
        return { ok: false, failure: { reason: 'bad_response', detail, status: 200, retryAfterMs: null } };
      },
      close: async () => {},
    };
  }
}
