import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { startClients } from '../support/posting-clients.ts';
import type { Page } from './page.ts';
import { SHOP, SinkStage } from './sink-stage.ts';
import { pageWith, scrape } from './stage.ts';

/** A database in place of the file, and how it answers a question. */
export interface Database {
  readonly url: string;
  ask(question: string): Promise<Readonly<Record<string, unknown>> | undefined>;
}

/**
 * 50 clients post until all is acknowledged while the program is killed three times, each time after another quarter:
 * every acknowledged event must be there once, and the counter must equal them.
 */
export async function postWhileKilled(posts: number, events: number, database?: Database): Promise<void> {
  const port = await freePort();
  await using stage = new SinkStage('', port, database?.url);
  let program = await stage.start();
  try {
    const clients = startClients(`${program.url}/api/v1/errors`, SHOP.token, { clients: 50, posts, events });
    for (const quarter of [1, 2, 3]) {
      await program.until(
        () => clients.acknowledged.size >= (quarter * posts * events) / 4,
        `${quarter} quarters are in`,
      );
      await program.kill();
      program = await stage.start();
    }
    await clients.done;
    expect(clients.acknowledged.size).toBe(posts * events);
    // The first after a start shows the totals as they were then.
    await scrape(program);
    const counted = (page: Page) => page.all('dora_error_events_total').reduce((sum, { value }) => sum + value, 0);
    // Where replicas share the ledger, what came while nobody led is counted by the next leader.
    if (database !== undefined) await pageWith(program, (page) => counted(page) >= posts * events, 'all is counted');
    expect(counted(await scrape(program))).toBe(posts * events);
    await program.stop();
    const question = 'select count(*) as n, count(distinct event_id) as ids from error_events';
    expect(await (database?.ask(question) ?? askFile(stage.ledger, question))).toEqual({
      n: posts * events,
      ids: posts * events,
    });
  } finally {
    await program[Symbol.asyncDispose]();
  }
}

function askFile(file: string, question: string) {
  using ledger = new DatabaseSync(file, { readOnly: true });
  return ledger.prepare(question).get();
}
