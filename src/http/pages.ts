import { setImmediate } from 'node:timers/promises';
import { type Context, Hono } from 'hono';
import type { Clock } from '../domain/clock.ts';
import { trendOf } from '../domain/trend.ts';
import { spanOf, type Window } from '../domain/windows.ts';
import { BadCursor } from '../ledger/records.ts';
import { type AppModel, appPage } from '../web/app-page.ts';
import { APPS_PER_PAGE, appsPage } from '../web/apps-page.ts';
import { whyNothing } from '../web/early.ts';
import { MARK_SVG } from '../web/frame.ts';
import type { Html } from '../web/html.ts';
import { DRAWN_DEPLOYMENTS } from '../web/latest-deployments.ts';
import { overviewPage } from '../web/overview-page.ts';
import { problemPage } from '../web/problem-page.ts';
import { type Filter, matching, type Service, servicesOf } from '../web/services.ts';
import { STYLESHEET } from '../web/stylesheet.ts';
import { openIncidentsOf, recentIncidents } from './page-incidents.ts';
import { appsQuery, overviewQuery } from './page-query.ts';
import type { App, Board, Log, Records } from './ports.ts';
import { type Parsed, parseQuery } from './query.ts';

/** How many deployments are explained on one page. */
const EXPLAINED = 30;
const DAY_MS = 86_400_000;
/** Where no window is configured. */
const USUAL_WINDOW: Window = { name: '30d', ms: 30 * DAY_MS };

export interface PageParts {
  readonly version: string;
  readonly records: Records;
  readonly board: Board;
  readonly windows: readonly Window[];
  readonly minSamples: number;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** The pages for people. Each is shown whatever fails, and says what does. */
export function pages(parts: PageParts): App {
  const { version, records, board, minSamples, clock, log } = parts;
  const windows = parts.windows.length === 0 ? [USUAL_WINDOW] : parts.windows;
  const usual = windows.find(({ name }) => name === USUAL_WINDOW.name) ?? (windows[0] as Window);
  const longestMs = Math.max(...windows.map(({ ms }) => ms));
  const common = { version, windows, minSamples };
  const app: App = new Hono();

  app.get('/', async (c) => {
    const asked = filterOf(parseQuery(overviewQuery, c.req.queries()));
    if (!asked.ok) return refuse(c, asked.detail);
    const now = clock.now();
    const { query: filter } = asked;
    const trouble = new Trouble(log);
    await trouble.orNull(() => board.look());
    const targets = board.targets();
    const all = servicesOf(targets);
    const found = matching(targets, filter);
    const services = found.length === targets.length ? all : servicesOf(found);
    const trend = await trendOf(found, { window: filter.window, longestMs, now, minSamples }, rest);
    const latest = await trouble.orNull(() => records.latest({ targets: found, limit: DRAWN_DEPLOYMENTS }));
    const open = await openIncidentsOf(services, records, trouble);
    const page = overviewPage({
      ...{ ...common, now, filter, targets, services, trend, latest },
      apps: all.length,
      failing: all.filter((service) => service.open.length > 0).length,
      incidents: open.incidents,
      openCount: open.count,
      collectors: board.collectors(),
      workspaces: board.workspaces,
      notifier: board.notifier(),
      notCounted: board.notCounted(),
      leads: board.leads(),
      ledger: ledgerInWords(board, trouble.isReal),
    });
    return await show(c, page);
  });

  app.get('/apps', async (c) => {
    const parsed = parseQuery(appsQuery, c.req.queries());
    const asked = filterOf(parsed);
    if (!parsed.ok || !asked.ok) return refuse(c, asked.ok ? '' : asked.detail);
    const now = clock.now();
    const { query: filter } = asked;
    const { app: name, cursor, page } = parsed.query;
    await new Trouble(log).orNull(() => board.look());
    const targets = board.targets();
    const found = servicesOf(matching(targets, filter).filter((target) => name === null || target.app === name));
    const [only] = found;
    if (name !== null && only === undefined) return unknownApp(c, name);
    if (name !== null && only !== undefined && found.length === 1) return await one(c, only, filter, cursor, now);
    const services = found.slice((page - 1) * APPS_PER_PAGE, page * APPS_PER_PAGE);
    const span = spanOf(filter.window, now);
    const why = whyNothing(board.collectors(), board.workspaces);
    const model = { ...common, now, filter, targets, services, count: found.length, page, span, whyNothing: why };
    return await show(c, appsPage(model));
  });

  app.get('/static/status.css', (c) =>
    c.body(STYLESHEET.text, 200, {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=3600',
    }),
  );
  app.get('/static/mark.svg', (c) =>
    c.body(MARK_SVG, 200, { 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=3600' }),
  );
  return app;

  async function one(c: Context, service: Service, filter: Filter, cursor: string | null, now: number) {
    const { targets } = service;
    const { window } = filter;
    const trouble = new Trouble(log);
    const trend = await trendOf(targets, { window, longestMs, now, minSamples }, rest);
    let history: AppModel['history'];
    try {
      history = await trouble.orNull(() =>
        records.history({ targets: targets.map(({ id }) => id), limit: EXPLAINED, cursor }),
      );
    } catch (error) {
      return refuse(c, `cursor: ${(error as Error).message}`);
    }
    const latest = await trouble.orNull(() => records.latest({ targets, limit: DRAWN_DEPLOYMENTS }));
    const incidents = await recentIncidents(targets, records, trouble);
    const isFirst = cursor === null;
    return await show(c, appPage({ ...common, now, service, window, trend, history, latest, incidents, isFirst }));
  }

  /** The query with its window, or what is wrong with it. */
  function filterOf(parsed: Parsed<Omit<Filter, 'window'> & { readonly window: string | null }>): Parsed<Filter> {
    if (!parsed.ok) return parsed;
    const { q, team, environment, window: name } = parsed.query;
    const window = name === null ? usual : windows.find((one) => one.name === name);
    if (window === undefined)
      return { ok: false, detail: `window: must be one of ${windows.map((one) => one.name).join(', ')}` };
    return { ok: true, query: { q, team, environment, window } };
  }

  async function refuse(c: Context, detail: string): Promise<Response> {
    const page = problemPage({ version, now: clock.now(), title: 'This cannot be shown', detail });
    return c.html(await page, 400);
  }

  async function unknownApp(c: Context, name: string): Promise<Response> {
    const why =
      board.targets().length === 0
        ? whyNothing(board.collectors(), board.workspaces)
        : 'It was never deployed here, or it is gone: the API keeps the history of what is gone.';
    const page = problemPage({ version, now: clock.now(), title: 'No such app', detail: `${name}: ${why}` });
    return c.html(await page, 404);
  }
}

/** Asks the ledger, and remembers that it did not answer. */
export class Trouble {
  isReal = false;
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Null when the ledger does not answer. Throws `BadCursor`. */
  async orNull<T>(read: () => Promise<T>): Promise<T | null> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof BadCursor) throw error;
      this.isReal = true;
      this.#log.error({ err: error }, 'a page could not ask the ledger');
      return null;
    }
  }
}

async function show(c: Context, page: Html): Promise<Response> {
  return c.html(await page);
}

async function rest(): Promise<void> {
  await setImmediate();
}

function ledgerInWords(board: Board, isSilent: boolean): string | null {
  if (isSilent) return 'The ledger does not answer: this page cannot show everything. The log says why.';
  if (board.storeFailure() === null) return null;
  return 'The ledger takes nothing at the moment: what is new is read again later, and the numbers are those of the last commit.';
}
