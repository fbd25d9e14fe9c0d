import { setTimeout as wait } from 'node:timers/promises';

/** How long a client waits before it tries again, in milliseconds. */
const RETRY_MS = 100;

/** Clients that post events one after the other, each until it is acknowledged, whatever happens to the server. */
export interface Clients {
  /** Ids of the events that were acknowledged so far. */
  readonly acknowledged: ReadonlySet<string>;
  /** Resolves when all are. */
  readonly done: Promise<unknown>;
}

/** Starts `clients` of them, which share `posts` posts of `events` events each. */
export function startClients(
  url: string,
  token: string,
  { clients, posts, events }: { readonly clients: number; readonly posts: number; readonly events: number },
): Clients {
  const acknowledged = new Set<string>();
  let next = 0;
  const client = async () => {
    while (next < posts) {
      const ids = Array.from({ length: events }, (_, event) => `${next}-${event}`);
      next += 1;
      await postUntilTaken(url, token, ids);
      for (const id of ids) acknowledged.add(id);
    }
  };
  return { acknowledged, done: Promise.all(Array.from({ length: clients }, client)) };
}

async function postUntilTaken(url: string, token: string, ids: readonly string[]): Promise<void> {
  const body = JSON.stringify(ids.map((id) => ({ subsystem: 'memory', operation: 'write', id })));
  for (;;) {
    try {
      const answer = await fetch(url, { method: 'POST', body, headers: { authorization: `Bearer ${token}` } });
      const { accepted = 0, duplicates = 0 } = (await answer.json()) as Record<string, number>;
      if (answer.status === 202 && accepted + duplicates === ids.length) return;
      if (answer.status < 500) throw new Error(`not taken: ${answer.status}`);
    } catch (error) {
      // A server that was killed takes it later: nobody knows whether it has.
      if (error instanceof Error && error.message.startsWith('not taken')) throw error;
    }
    await wait(RETRY_MS);
  }
}
