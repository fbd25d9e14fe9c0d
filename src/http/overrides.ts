import { type Context, Hono } from 'hono';
import type { z } from 'zod';
import type { Clock } from '../domain/clock.ts';
import type { Decision } from '../domain/override.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import { admit } from './admin.ts';
import { parseBody, reopenBody, resolveBody, verdictBody } from './override-body.ts';
import type { AdminToken, Answer, App, Log, Overrides } from './ports.ts';
import { deploymentJson, incidentJson } from './record-json.ts';

interface Parts {
  readonly overrides: Overrides;
  readonly adminTokens: readonly AdminToken[];
  /** Without a slash at its end; empty where none is configured. */
  readonly externalUrl: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** What a person may say against the events, under `/api/v1`: for whoever holds an admin token. */
export function overrideRoutes({ overrides, externalUrl: base, clock, ...admins }: Parts): App {
  const { log } = admins;
  const app: App = new Hono();

  app.post('/incidents/:id{[0-9]+}/resolve', (c) =>
    said(
      c,
      'incident',
      resolveBody,
      (incident, body) => overrides.resolve({ incident, ...body }),
      (record) => incidentJson(record, base),
    ),
  );
  app.post('/incidents/:id{[0-9]+}/reopen', (c) =>
    said(
      c,
      'incident',
      reopenBody,
      (incident, body) => overrides.reopen({ incident, ...body }),
      (record) => incidentJson(record, base),
    ),
  );
  app.post('/deployments/:id{[0-9]+}/verdict', (c) =>
    said(
      c,
      'deployment',
      verdictBody,
      (deployment, body) => overrides.giveVerdict({ deployment, ...body }),
      (record) => deploymentJson(record, base),
    ),
  );
  return app;

  async function said<B extends Pick<Decision, 'reason'>, R>(
    c: Context,
    what: string,
    schema: z.ZodType<B>,
    take: (id: number, said: B & Decision) => Promise<Answer<R>>,
    json: (record: R) => object,
  ): Promise<Response> {
    const admission = admit(c, admins, 'changing records');
    if ('refusal' in admission) return admission.refusal;
    const unknown = Object.keys(c.req.queries())[0];
    if (unknown !== undefined) return c.json({ detail: `${unknown}: there is no such parameter` }, 400);
    const parsed = parseBody(schema, await c.req.text());
    if (!parsed.ok) return c.json({ detail: parsed.detail }, 400);
    const id = Number(c.req.param('id'));
    const said = { ...parsed.body, by: admission.by, decidedAt: clock.now() };
    try {
      const answer: Answer<R> = Number.isSafeInteger(id) ? await take(id, said) : { kind: 'unknown' };
      switch (answer.kind) {
        case 'unknown':
          return c.json({ detail: `no ${what} has this number` }, 404);
        case 'refused':
          return c.json({ detail: `${answer.field}: ${answer.why}` }, 409);
        case 'done':
          log.info({ by: admission.by, path: c.req.path }, 'a person changed a record');
          return c.json(json(answer.record));
      }
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error;
      log.error({ err: error, path: c.req.path }, 'the ledger does not take what a person said');
      return c.json({ detail: 'the ledger does not take it now: nothing has changed' }, 503, { 'retry-after': '5' });
    }
  }
}
