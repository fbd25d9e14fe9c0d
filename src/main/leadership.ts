import type { Config } from '../config/config.ts';
import { ledgerPlace } from '../config/ledger-place.ts';
import type { Board } from '../http/ports.ts';
import type { ErrorQueries } from '../ledger/errors/error-queries.ts';
import type { Inbox } from '../ledger/inbox/inbox.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { Queries } from '../ledger/queries.ts';
import { openTenure, type Tenure, type TenureParts } from './tenure.ts';

/** Who of those that share a ledger polls, records, shows targets and sends: this process, or another. */
export interface Leadership extends AsyncDisposable {
  /** While this process leads, and may say so; null: another does, or nobody. */
  current(): Tenure | null;
  /** What people are told while it does not lead, as the ledger has it. */
  readonly standby: Omit<Board, 'workspaces'>;
  /** Reads of the ledger, whoever leads. */
  readonly queries: Queries;
  readonly errors: ErrorQueries;
  /** Where it leaves what the leader is to do; null: it always leads. */
  readonly inbox: Inbox | null;
  /** Begins to lead, or to wait for it. */
  start(): Promise<void>;
  /** Takes a configuration over. Throws, with the old one in force, when its sources cannot be opened. */
  reload(config: Config): Promise<void>;
  /** Leads no more, and leaves it to the next at once; what was under way is no failure. Safe to call twice. */
  end(): Promise<void>;
}

/** What a tenure is made of, but for its ledger. */
export type LeadershipParts = Omit<TenureParts, 'openLedger' | 'isShared'>;

/** Leads for as long as the process lives: a file has one daemon. Throws a `StoreFailure` when it cannot be opened. */
export async function leadAlone(parts: LeadershipParts): Promise<Leadership> {
  const { config, clock } = parts;
  const tenure = await openTenure({
    ...parts,
    isShared: false,
    openLedger: (heard) =>
      openLedger({ ...ledgerPlace(config), rules: { expiryMs: config.incidentExpiryMs }, clock, ...heard }),
  });
  return {
    current: () => tenure,
    standby: tenure.board,
    queries: tenure.ledger.queries,
    errors: tenure.ledger.errors,
    inbox: null,
    start: () => tenure.start(),
    reload: (next) => tenure.reload(next),
    end: () => tenure.end(),
    [Symbol.asyncDispose]: () => tenure[Symbol.asyncDispose](),
  };
}
