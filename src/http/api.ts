import { type Context, Hono } from 'hono';
import type { z } from 'zod';
import type { Clock } from '../domain/clock.ts';
import { keptOf, spanOf } from '../domain/windows.ts';
import { BadCursor, type Page } from '../ledger/records.ts';
import { keysJson } from './keys-json.ts';
import type { App, Log, Records } from './ports.ts';
import {
  collectorQuery,
  deploymentQuery,
  incidentQuery,
  keysQuery,
  notificationQuery,
  parseQuery,
  targetQuery,
} from './query.ts';
import { collectorJson, deploymentJson, incidentJson, notificationJson, targetJson } from './record-json.ts';

interface Parts {
  readonly records: Records;
  /** Without a slash at its end; empty where none is configured. */
  readonly externalUrl: string;
  /** Below it a ratio is absent. */
  readonly minSamples: number;
  /** How far back rows are kept, in milliseconds. */
  readonly retentionMs: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** `/api/v1`: what the ledger keeps, as JSON for people and scripts. Reads only; `overrides.ts` has what changes it. */
export function api({ records, externalUrl: base, minSamples, retentionMs, clock, log }: Parts): App {
  const app: App = new Hono();

  app.get('/targets', (c) => list(c, targetQuery, (query) => records.targets(query), targetJson));
  app.get('/deployments', (c) =>
    list(
      c,
      deploymentQuery,
      (query) => records.deployments(query),
      (item) => deploymentJson(item, base),
    ),
  );
  app.get('/incidents', (c) =>
    list(
      c,
      incidentQuery,
      (query) => records.incidents(query),
      (item) => incidentJson(item, base),
    ),
  );
  app.get('/keys', (c) => list(c, keysQuery, keys, (item) => item));
  app.get('/notifications', (c) =>
    list(c, notificationQuery, (query) => records.notifications(query), notificationJson),
  );
  app.get('/collectors', (c) => list(c, collectorQuery, collectors, collectorJson));
  app.get('/deployments/:id{[0-9]+}', (c) =>
    one(
      c,
      'deployment',
      (id) => records.deployment(id),
      (item) => deploymentJson(item, base),
    ),
  );
  app.get('/incidents/:id{[0-9]+}', (c) =>
    one(
      c,
      'incident',
      (id) => records.incident(id),
      (item) => incidentJson(item, base),
    ),
  );
  return app;

  async function list<Q, R>(
    c: Context,
    schema: z.ZodType<Q>,
    read: (query: Q) => Promise<Page<R>>,
    json: (record: R) => object,
  ): Promise<Response> {
    const parsed = parseQuery(schema, c.req.queries());
    if (!parsed.ok) return c.json({ detail: parsed.detail }, 400);
    try {
      const page = await read(parsed.query);
      if (page.next !== null) c.header('link', `<${nextUrl(c, page.next)}>; rel="next"`);
      return c.json({ items: page.items.map(json), next: page.next });
    } catch (error) {
      if (error instanceof BadCursor) return c.json({ detail: `cursor: ${error.message}` }, 400);
      return noAnswer(c, error);
    }
  }

  async function one<R>(
    c: Context,
    what: string,
    read: (id: number) => Promise<R | null>,
    json: (record: R) => object,
  ): Promise<Response> {
    const unknown = Object.keys(c.req.queries())[0];
    if (unknown !== undefined) return c.json({ detail: `${unknown}: there is no such parameter` }, 400);
    const id = Number(c.req.param('id'));
    try {
      const record = Number.isSafeInteger(id) ? await read(id) : null;
      return record === null ? c.json({ detail: `no ${what} has this number` }, 404) : c.json(json(record));
    } catch (error) {
      return noAnswer(c, error);
    }
  }

  /** Of one moment: what is shown as its window is what it was taken over. */
  async function keys({ window: asked, ...query }: z.infer<typeof keysQuery>) {
    const window = keptOf(asked, retentionMs);
    const span = spanOf(window, clock.now());
    const { items, next } = await records.keys({ ...query, ...span, minSamples });
    return { items: items.map((record) => keysJson(record, { window, span, minSamples, base })), next };
  }

  async function collectors({ source }: z.infer<typeof collectorQuery>) {
    const all = await records.collectors();
    return { items: source === null ? all : all.filter((collector) => collector.source === source), next: null };
  }

  function nextUrl(c: Context, cursor: string): string {
    const parameters = new URL(c.req.url).searchParams;
    parameters.set('cursor', cursor);
    return `${base}${c.req.path}?${parameters}`;
  }

  /** What failed stays in the log: a client can do nothing but come again. */
  function noAnswer(c: Context, error: unknown): Response {
    log.error({ err: error, path: c.req.path }, 'the ledger does not answer');
    return c.json({ detail: 'the ledger does not answer' }, 503, { 'retry-after': '5' });
  }
}
