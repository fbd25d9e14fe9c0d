import type { Context } from 'hono';
import type { Clock } from '../domain/clock.ts';
import { statusPage } from '../web/status-page.ts';
import type { Log, Records } from './ports.ts';
import { incidentQuery } from './query.ts';

interface Parts {
  readonly version: string;
  readonly records: Records;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** `/`: the page for a person. It is shown whatever fails, and says what does. */
export async function statusRoute(c: Context, { version, records, clock, log }: Parts): Promise<Response> {
  const [collectors, openIncidents] = await Promise.all([
    orNull(() => records.collectors(), log),
    orNull(() => records.incidents(incidentQuery.parse({ state: 'open' })), log),
  ]);
  return c.html(statusPage({ version, now: clock.now(), collectors, openIncidents }));
}

async function orNull<T>(read: () => Promise<T>, log: Log): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    log.error({ err: error }, 'the status page could not ask the ledger');
    return null;
  }
}
