import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { StoreFailure } from '../domain/store-failure.ts';
import { BadCursor } from '../ledger/records.ts';
import { IntakeFull } from '../sink/intake.ts';
import type { ItemResult, Sink } from '../sink/sink.ts';
import type { App, Log, SinkWorkspace } from './ports.ts';
import { eventQuery, parseQuery } from './query.ts';
import { readBody } from './read-body.ts';
import { callerOf } from './sink-caller.ts';
import { bySubsystemJson, eventJson, resultsJson } from './sink-json.ts';

export interface SinkRouteParts {
  readonly sink: Sink;
  readonly workspaces: readonly SinkWorkspace[];
  readonly maxBodyBytes: number;
  /** Without a slash at its end; empty where none is configured. */
  readonly externalUrl: string;
  readonly log: Log;
}

const ERRORS = '/api/v1/errors';
const MEASUREMENTS = '/api/v1/measurements';
/** The routes that read a body by themselves, of at most `sink.max_body`. */
export const POSTED: ReadonlySet<string> = new Set([ERRORS, MEASUREMENTS]);

/** The routes of the embedded error sink, for whoever holds a workspace's token. */
export function sinkRoutes({ sink, workspaces, maxBodyBytes, externalUrl, log }: SinkRouteParts): App {
  const app: App = new Hono();

  app.post(ERRORS, (c) => take(c, (...post) => sink.takeErrors(...post)));
  app.post(MEASUREMENTS, (c) => take(c, (...post) => sink.takeMeasurements(...post)));
  app.get(ERRORS, (c) => asWorkspace(c, (workspace) => list(c, workspace)));
  app.get('/api/analytics/errors/by-subsystem', (c) =>
    asWorkspace(c, async (workspace) => {
      const window = c.req.query('window') ?? '24h';
      return c.json(bySubsystemJson(window, await sink.bySubsystem(workspace, window)));
    }),
  );
  return app;

  async function asWorkspace(c: Context, answer: (workspace: SinkWorkspace) => Promise<Response>): Promise<Response> {
    const caller = callerOf(c, workspaces, log);
    if (!caller.ok) {
      if (caller.status === 401) c.header('www-authenticate', 'Bearer realm="dora-exporter"');
      return c.json({ detail: caller.detail }, caller.status);
    }
    try {
      return await answer(caller.workspace);
    } catch (error) {
      return failed(c, error);
    }
  }

  function take(c: Context<{ Bindings: HttpBindings }>, into: Sink['takeErrors']): Promise<Response> {
    return asWorkspace(c, async (workspace) => {
      const coding = c.req.header('content-encoding')?.toLowerCase() || 'identity';
      if (coding !== 'identity') return c.json({ detail: `content-encoding ${coding} is not understood` }, 415);
      const bytes = await readBody(c.env.incoming, maxBodyBytes);
      if (bytes === null) return c.json({ detail: `the body is larger than ${maxBodyBytes} bytes` }, 413);
      const body = textOf(bytes);
      if (body === null) return c.json({ detail: 'the body is not UTF-8' }, 400);
      const lines = /^application\/(x-ndjson|ndjson|jsonl|x-jsonlines)\b/i.test(c.req.header('content-type') ?? '');
      const results = await into(workspace, body, lines);
      if (results.some(({ status }) => status !== 'refused')) return c.json(resultsJson(results), 202);
      return c.json({ detail: whyNone(results), ...resultsJson(results) }, 400);
    });
  }

  async function list(c: Context, workspace: SinkWorkspace): Promise<Response> {
    const parsed = parseQuery(eventQuery, c.req.queries());
    if (!parsed.ok) return c.json({ detail: parsed.detail }, 400);
    const page = await sink.events(workspace, parsed.query);
    if (page.next !== null) {
      const parameters = new URL(c.req.url).searchParams;
      parameters.set('cursor', page.next);
      c.header('link', `<${externalUrl}${c.req.path}?${parameters}>; rel="next"`);
    }
    return c.json({ items: page.items.map(eventJson), next: page.next });
  }

  function failed(c: Context, error: unknown): Response {
    if (error instanceof SyntaxError) return c.json({ detail: `the body is not JSON: ${error.message}` }, 400);
    if (error instanceof BadCursor) return c.json({ detail: `cursor: ${error.message}` }, 400);
    if (error instanceof IntakeFull) return c.json({ detail: error.message }, 503, { 'retry-after': '1' });
    if (!(error instanceof StoreFailure)) throw error;
    log.error({ err: error, path: c.req.path }, 'the ledger does not answer');
    return c.json({ detail: 'the ledger does not answer' }, 503, { 'retry-after': '5' });
  }
}

function textOf(body: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return null;
  }
}

function whyNone([first, ...more]: readonly ItemResult[]): string {
  if (first === undefined) return 'there is nothing in it';
  return more.length === 0 ? (first.detail ?? '') : `none of ${more.length + 1} is valid; the first: ${first.detail}`;
}
