import { hostname } from 'node:os';
import type { Config } from '../config/config.ts';
import { RETRY_MS } from '../domain/lease.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import { openInbox } from '../ledger/inbox/inbox.ts';
import { ledgerOver } from '../ledger/ledger.ts';
import { openStore } from '../ledger/open-store.ts';
import { openLease } from '../ledger/postgres/lease.ts';
import type { Leadership, LeadershipParts } from './leadership.ts';
import { Standby } from './standby.ts';
import { openTerm, type Term } from './term.ts';

/**
 * Leads whenever it has the lease, and follows otherwise: one of several replicas on a database. Resolves once it leads or
 * another does. Throws a `StoreFailure` when the database cannot be opened.
 */
export async function shareLead(parts: LeadershipParts): Promise<Leadership> {
  const { clock, log } = parts;
  let { config } = parts;
  const { ledger: where, ledgerPassword: password } = config;
  if (where.kind !== 'postgres') throw new Error('only a database can be shared');
  const access = { address: where.address, password };
  await using resources = new AsyncDisposableStack();
  const store = await openStore({ postgres: access, ownership: 'shared' });
  resources.defer(() => store.close());
  const lease = openLease(access, `${hostname()} ${process.pid}`);
  resources.defer(() => lease.close());
  const ledger = ledgerOver(store, {
    rules: { expiryMs: config.incidentExpiryMs },
    plan: () => [],
    clock,
    observe: () => {},
    async fence() {
      throw new StoreFailure('the ledger: this replica does not lead');
    },
  });

  const stopping = new AbortController();
  const stopped = new Promise<null>((resolve) => stopping.signal.addEventListener('abort', () => resolve(null)));
  let term: Term | null = null;
  let running: Promise<void> = Promise.resolve();

  /** One attempt; a term has begun when it resolves, or another replica's goes on. */
  async function stand(): Promise<void> {
    const askedAt = clock.monotonic();
    const epoch = await lease.acquire();
    if (epoch === null) return;
    const begunWith = config;
    term = await openTerm({ ...parts, config, store, lease, epoch, askedAt });
    log.info({ epoch }, 'this replica leads');
    if (begunWith !== config) await term.tenure.reload(config);
  }
  let lastTrouble: string | null = null;
  async function tryToLead(): Promise<void> {
    try {
      await stand();
      lastTrouble = null;
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      // Asked every second: what stays the same is told once.
      if (detail === lastTrouble) return;
      lastTrouble = detail;
      if (error instanceof StoreFailure) log.warn({ detail }, 'this replica could not lead');
      else log.error({ err: error }, 'this replica could not lead');
    }
  }
  async function serveOut(served: Term): Promise<void> {
    try {
      await served.tenure.start();
      const why = await Promise.race([served.lost, stopped]);
      if (why !== null) log.warn({ why }, 'this replica leads no more');
    } finally {
      await served.end();
    }
  }
  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (term !== null) {
        await serveOut(term).catch((error) => log.error({ err: error }, 'a lead ended with an error'));
        term = null;
      }
      await clock.sleep(RETRY_MS, stopping.signal).catch(() => {});
      if (!stopping.signal.aborted) await tryToLead();
    }
  }
  await tryToLead();

  const all = resources.move();
  async function end(): Promise<void> {
    stopping.abort(new Error('asked to stop'));
    await running;
    await term?.end();
  }
  return {
    current: () => (term?.holds() === true ? term.tenure : null),
    standby: new Standby(ledger, () => config, clock),
    queries: ledger.queries,
    errors: ledger.errors,
    inbox: openInbox(store, clock),
    async start() {
      running = run();
    },
    async reload(next: Config) {
      await term?.tenure.reload(next);
      config = next;
    },
    end,
    async [Symbol.asyncDispose]() {
      await end();
      await all.disposeAsync();
    },
  };
}
