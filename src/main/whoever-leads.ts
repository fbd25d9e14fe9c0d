import type { Config } from '../config/config.ts';
import type { Clock } from '../domain/clock.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import type { Board, Overrides } from '../http/ports.ts';
import type { Post } from '../ledger/errors/ingest.ts';
import { Deposed } from '../ledger/postgres/lease.ts';
import { askLeader } from './ask-leader.ts';
import type { Leadership } from './leadership.ts';
import type { Recorder } from './recorder.ts';

/** What requests need, whoever leads at that moment. */
export interface WhoeverLeads {
  readonly board: Omit<Board, 'workspaces'>;
  readonly overrides: Overrides;
  /** Stores posts of applications; for each, which of its events are new. Throws `StoreFailure`. */
  commit(posts: readonly Post[], config: Config): Promise<readonly ReadonlySet<number>[]>;
}

/** Sends each request to this process's lead, or leaves it to the replica that leads. */
export function whoeverLeads(leadership: Leadership, clock: Clock): WhoeverLeads {
  const { inbox, queries } = leadership;
  const board = () => leadership.current()?.board ?? leadership.standby;
  const asked = inbox === null ? null : askLeader(inbox, queries, clock);

  /** What was refused as the lead was lost meanwhile is left to the next leader. */
  async function byLeader<T>(own: (recorder: Recorder) => Promise<T>, other: (() => Promise<T>) | null): Promise<T> {
    const tenure = leadership.current();
    try {
      if (tenure !== null) return await own(tenure.recorder);
    } catch (error) {
      if (!(error instanceof Deposed) || other === null) throw error;
    }
    if (other === null) throw new StoreFailure('the ledger: this process does not lead');
    return await other();
  }
  return {
    board: {
      look: () => board().look(),
      leads: () => board().leads(),
      targets: () => board().targets(),
      collectors: () => board().collectors(),
      notCounted: () => board().notCounted(),
      notifier: () => board().notifier(),
      storeFailure: () => board().storeFailure(),
    },
    overrides: {
      resolve: (said) => byLeader((own) => own.resolve(said), asked && (() => asked.resolve(said))),
      reopen: (said) => byLeader((own) => own.reopen(said), asked && (() => asked.reopen(said))),
      giveVerdict: (said) => byLeader((own) => own.giveVerdict(said), asked && (() => asked.giveVerdict(said))),
    },
    commit: (posts, { sink, attributionWindowMs }) =>
      byLeader(
        (own) => own.ingest(posts, sink.rules, clock.now(), attributionWindowMs),
        inbox && (() => inbox.append(posts)),
      ),
  };
}
