import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Connection } from './connection.ts';
import { type Row, rowOf } from './row.ts';
import type { Steady } from './steady-poster.ts';
import { SINK_TOKEN, startSinkProgram } from './whole-program.ts';

const POSTER = fileURLToPath(new URL('steady-poster.ts', import.meta.url));
const PATH = '/api/v1/errors';
const RULES = `  rules:
    - {name: burst, threshold: 50, severity: critical}
    - {name: daily, window: 24h, threshold: 50, severity: warning}
`;
const CLIENTS = 50;
const ROUNDS = 3;
/** Of one round, posted by all clients together. */
const EVENTS = 20_000;
const EVENTS_PER_POST = 20;
const SINGLES = 5_000;
const STEADY = { perSecond: 1000, seconds: 10 };
const SCRAPE_EVERY_MS = 100;

/** Posting over loopback to the program, which is a process of its own, against bare inserts of the same rows. */
export async function benchIngest(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dora-bench-'));
  const open: Connection[] = [];
  try {
    using program = await startSinkProgram(folder, { sink: RULES });
    const connect = async () => {
      const connection = await Connection.open(program.port, SINK_TOKEN);
      open.push(connection);
      return connection;
    };
    const clients = await Promise.all(Array.from({ length: CLIENTS }, connect));
    await flood(clients, SINGLES, 1);
    const bare: number[] = [];
    const batched: number[] = [];
    const single: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(insertBare(join(folder, `bare-${round}.db`)));
      batched.push(await flood(clients, EVENTS, EVENTS_PER_POST));
      single.push(await flood(clients, SINGLES, 1));
    }
    const scraper = await connect();
    const idle = await scrapes(scraper, wait(STEADY.seconds * 200));
    const steady = steadily(program.port, STEADY.seconds);
    const busy = await scrapes(scraper, steady);
    const latencies = await steady;
    const best = { bare: Math.max(...bare), batched: Math.max(...batched), single: Math.max(...single) };
    return [
      rowOf('bare inserts of error events', best.bare, '/s', '-', true),
      {
        ...rowOf(
          `posting error events, ${EVENTS_PER_POST} a post over ${CLIENTS} connections`,
          best.batched,
          '/s',
          'at least 5,000/s',
          best.batched >= 5000,
        ),
        ratio: best.batched / best.bare,
      },
      rowOf(`posting error events, one a post over ${CLIENTS} connections`, best.single, '/s', '-', true),
      rowOf('posting 1,000/s one a post, p99', p99(latencies), 'ms', 'under 50 ms', p99(latencies) < 50),
      rowOf('a scrape while nothing is posted, slowest', Math.max(...idle), 'ms', '-', true),
      {
        ...rowOf(
          'a scrape while 1,000/s are posted, slowest',
          Math.max(...busy),
          'ms',
          'under 50 ms',
          Math.max(...busy) < 50,
        ),
        ratio: Math.max(...busy) / Math.max(...idle),
      },
    ];
  } finally {
    for (const connection of open) connection.close();
    rmSync(folder, { recursive: true, maxRetries: 3 });
  }
}

/** Events of ten subsystems, each with a message of usual length. */
function eventOf(number: number) {
  return {
    subsystem: `subsystem-${number % 10}`,
    operation: `operation-${number % 7}`,
    error_type: 'TimeoutError',
    error_message: `no answer from upstream ${number} within five seconds, giving up after three attempts`,
    id: `${process.pid}-${number}`,
  };
}

let next = 0;

function bodyOf(events: number): string {
  return JSON.stringify(Array.from({ length: events }, () => eventOf(next++)));
}

/** As fast as they can; events a second. */
async function flood(clients: readonly Connection[], events: number, perPost: number): Promise<number> {
  let left = events / perPost;
  const start = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (left-- > 0) await client.post(PATH, bodyOf(perPost));
    }),
  );
  return events / ((performance.now() - start) / 1000);
}

/** At an even rate, whether or not earlier ones were answered; latencies in ms, from when each was due. */
async function steadily(port: number, seconds: number): Promise<readonly number[]> {
  const { perSecond } = STEADY;
  const bodies = Array.from({ length: perSecond * seconds }, () => bodyOf(1));
  const steady: Steady = { port, token: SINK_TOKEN, path: PATH, bodies, perSecond, connections: CLIENTS };
  const poster = fork(POSTER);
  poster.send(steady);
  const ended = once(poster, 'exit').then(() => {
    throw new Error('the poster ended before it told anything');
  });
  const [latencies] = (await Promise.race([once(poster, 'message'), ended])) as [readonly number[]];
  ended.catch(() => {});
  return latencies;
}

/** How long scrapes took, in ms, one after the other until `work` is done. */
async function scrapes(scraper: Connection, work: Promise<unknown>): Promise<readonly number[]> {
  const took: number[] = [];
  let working = true;
  const done = work.finally(() => {
    working = false;
  });
  while (working) {
    const start = performance.now();
    await scraper.get('/metrics');
    took.push(performance.now() - start);
    await wait(SCRAPE_EVERY_MS);
  }
  await done;
  return took;
}

function p99(latencies: readonly number[]): number {
  return latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? 0;
}

/** The same rows by one prepared statement, 500 a transaction; events a second. */
function insertBare(file: string): number {
  using database = new DatabaseSync(file);
  database.exec('pragma journal_mode = wal; pragma synchronous = full');
  database.exec('create table events (id integer primary key autoincrement, key text unique, event text, at int)');
  const insert = database.prepare('insert into events (key, event, at) values (?, ?, ?)');
  const start = performance.now();
  for (let first = 0; first < EVENTS; first += 500) {
    database.exec('begin');
    for (let number = first; number < first + 500; number += 1)
      insert.run(String(number), JSON.stringify(eventOf(number)), number);
    database.exec('commit');
  }
  return EVENTS / ((performance.now() - start) / 1000);
}
