import type { Clock } from '../domain/clock.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import type { Answer, Overrides } from '../http/ports.ts';
import type { Inbox, Said } from '../ledger/inbox/inbox.ts';
import type { Queries } from '../ledger/queries.ts';

/** How long a person waits for the leader, and how often it is looked, in milliseconds. */
const PATIENCE_MS = 5_000;
const LOOK_MS = 100;

/**
 * People's words where another replica leads: left for it, and answered by what it made of them. Throws a `StoreFailure` when
 * no leader takes one in time; nothing will come of it then.
 */
export function askLeader(inbox: Inbox, queries: Pick<Queries, 'deployment' | 'incident'>, clock: Clock): Overrides {
  async function ask<R>(said: Said, read: () => Promise<R | null>): Promise<Answer<R>> {
    const id = await inbox.ask(said);
    const until = clock.monotonic() + PATIENCE_MS;
    for (;;) {
      await clock.sleep(LOOK_MS, new AbortController().signal);
      const answer = await inbox.answer(id);
      switch (answer?.kind) {
        case undefined:
          break;
        case 'refused':
          return answer;
        case 'done': {
          const record = await read();
          return record === null ? { kind: 'unknown' } : { kind: 'done', record };
        }
        case 'unknown':
          return { kind: 'unknown' };
        case 'failed':
          throw new Error('the leader failed at it: its log says why');
      }
      if (clock.monotonic() > until && (await inbox.withdraw(id))) {
        throw new StoreFailure('no replica leads that would take it');
      }
    }
  }
  return {
    resolve: (said) => ask({ kind: 'resolve', said }, () => queries.incident(said.incident)),
    reopen: (said) => ask({ kind: 'reopen', said }, () => queries.incident(said.incident)),
    giveVerdict: (said) => ask({ kind: 'verdict', said }, () => queries.deployment(said.deployment)),
  };
}
