import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { methodNotAllowed } from 'hono/method-not-allowed';
import type { Clock } from '../domain/clock.ts';
import type { Window } from '../domain/windows.ts';
import { api } from './api.ts';
import { guard } from './guard.ts';
import { metricsRoute } from './metrics-route.ts';
import { overrideRoutes } from './overrides.ts';
import { pages } from './pages.ts';
import type { Passwords } from './passwords.ts';
import type { AdminToken, App, Board, Exposition, Life, Log, Overrides, Records } from './ports.ts';
import { healthy, ready } from './probes.ts';
import { reload } from './reload.ts';
import { POSTED, type SinkRouteParts, sinkRoutes } from './sink-routes.ts';
import type { WebConfigurationFile } from './web-configuration.ts';

/** No route but the sink's takes a body larger than this, in bytes. */
export const MAX_BODY = 64 * 1024;

/** Filters and a cursor fit in this many characters many times over. */
export const MAX_URL = 8192;

export interface AppParts {
  readonly version: string;
  /** How people reach this server; empty where it is not configured. */
  readonly externalUrl: string;
  readonly exposition: Exposition;
  readonly records: Records;
  readonly board: Board;
  readonly overrides: Overrides;
  readonly windows: readonly Window[];
  /** Below it a ratio is absent. */
  readonly minSamples: number;
  /** How far back rows are kept, in milliseconds. */
  readonly retentionMs: number;
  readonly life: Life;
  readonly adminTokens: readonly AdminToken[];
  readonly sink: Omit<SinkRouteParts, 'externalUrl' | 'log'>;
  readonly webFile: WebConfigurationFile;
  readonly passwords: Passwords;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly log: Log;
}

/** Every route of the program. Errors are JSON `{"detail": ...}`; the headers of every answer are `startServer`'s. */
export function createApp(parts: AppParts): App {
  const { log } = parts;
  const externalUrl = parts.externalUrl.replace(/\/+$/, '');
  const app: App = new Hono();

  app.use(methodNotAllowed({ app, onMethodNotAllowed: (c, methods) => refuseMethod(c.req.method, methods) }));
  app.use((c, next) =>
    c.req.url.length > MAX_URL ? Promise.resolve(c.json({ detail: 'the URL is too long' }, 414)) : next(),
  );
  const limit = bodyLimit({
    maxSize: MAX_BODY,
    onError: (c) => c.json({ detail: `the body is larger than ${MAX_BODY} bytes` }, 413),
  });
  // The sink reads its own, with a limit of its own.
  app.use((c, next) => (POSTED.has(c.req.path) ? next() : limit(c, next)));

  // Before the guard: probes have no credentials, and a route with its own bearer token asks for that alone.
  app.get('/-/healthy', healthy);
  app.get('/-/ready', (c) => ready(c, parts.life));
  app.post('/-/reload', (c) => reload(c, parts));
  app.route('/', sinkRoutes({ ...parts.sink, externalUrl, log }));
  app.route('/api/v1', overrideRoutes({ ...parts, externalUrl }));

  app.use(guard(parts));
  app.route('/', pages(parts));
  app.get('/metrics', metricsRoute(parts.exposition, log));
  app.route('/api/v1', api({ ...parts, externalUrl }));

  app.notFound((c) => c.json({ detail: 'there is nothing here; / shows what there is' }, 404));
  app.onError((error, c) => {
    log.error({ err: error, path: c.req.path }, 'a request failed by a fault of ours');
    return c.json({ detail: 'a fault of ours: see the log' }, 500);
  });
  return app;
}

function refuseMethod(method: string, allowed: readonly string[]): Response {
  return Response.json(
    { detail: `${method} is not allowed here, only ${allowed.join(', ')}` },
    { status: 405, headers: { allow: allowed.join(', ') } },
  );
}
