import type { Config } from '../config/config.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import type { Board, Overrides } from '../http/ports.ts';
import type { Post } from '../ledger/errors/ingest.ts';
import type { Leadership } from './leadership.ts';

/** What requests need, whoever leads at that moment. */
export interface WhoeverLeads {
  readonly board: Omit<Board, 'workspaces'>;
  readonly overrides: Overrides;
  /** Stores posts of applications; for each, which of its events are new. Throws `StoreFailure`. */
  commit(posts: readonly Post[], config: Config): Promise<readonly ReadonlySet<number>[]>;
}

/** Sends each request to this process's lead, or to what it can do while another leads. */
export function whoeverLeads(leadership: Leadership, now: () => number): WhoeverLeads {
  const board = () => leadership.current()?.board ?? leadership.standby;
  const recorder = () => {
    const tenure = leadership.current();
    if (tenure === null) throw new StoreFailure('another replica leads: only that one writes');
    return tenure.recorder;
  };
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
      resolve: async (said) => await recorder().resolve(said),
      reopen: async (said) => await recorder().reopen(said),
      giveVerdict: async (said) => await recorder().giveVerdict(said),
    },
    commit: async (posts, { sink, attributionWindowMs }) =>
      await recorder().ingest(posts, sink.rules, now(), attributionWindowMs),
  };
}
