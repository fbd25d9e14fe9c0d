import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Posted } from '../src/domain/news.ts';
import { openLedger } from '../src/ledger/ledger.ts';
import type { Messages } from '../src/ledger/messages.ts';
import { placing } from '../src/notify/placing.ts';
import { planMessages } from '../src/notify/plan.ts';
import { systemClock } from '../src/polling/system-clock.ts';
import type { Row } from './row.ts';

const FEW = 100;
const MANY = 10_000;
const ROUNDS = 20;
const HOUR_MS = 3_600_000;
const QUERY = { room: 'critical', throttleMs: 60_000 } as const;
const decide = placing({ dedupeMs: HOUR_MS, throttleMs: QUERY.throttleMs });

/** What one event costs while few wait, and while many do; a row of an alert that came seldom, and one that came often. */
export async function benchOutbox(): Promise<Row[]> {
  const [next, place] = [
    [await inLedger(FEW, asking), await inLedger(MANY, asking)],
    [await inLedger(FEW, repeating), await inLedger(MANY, repeating)],
  ] as const;
  return [
    row(`the next event of ${MANY} that wait, against of ${FEW}`, next),
    row(`another row of an alert that came ${MANY} times, against ${FEW}`, place),
  ];
}

function row(name: string, [few, many]: readonly [number, number]): Row {
  const ratio = many / few;
  return { name, figure: many, unit: 'ms', target: 'at most twice as long', ratio, ok: ratio <= 2 };
}

/** The best of some rounds, in ms. */
async function inLedger(rows: number, work: (messages: Messages, rows: number) => Promise<number>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'dora-bench-'));
  const ledger = await openLedger({
    file: join(folder, 'dora.db'),
    rules: { expiryMs: 30 * 24 * HOUR_MS },
    plan: planMessages({ maxAgeMs: HOUR_MS, heartbeatRoom: 'critical' }),
    clock: systemClock,
    observe: () => {},
  });
  try {
    return await work(ledger.messages, rows);
  } finally {
    await ledger.close();
    rmSync(folder, { recursive: true, maxRetries: 3 });
  }
}

async function asking(messages: Messages, rows: number): Promise<number> {
  await tell(messages, rows, (number) => `origin ${number}`);
  return await best(() => messages.next({ ...QUERY, now: systemClock.now() }));
}

async function repeating(messages: Messages, rows: number): Promise<number> {
  await tell(messages, rows, () => 'the one origin');
  let number = rows;
  const place = () => messages.place(decide, systemClock.now());
  return await best(place, () => {
    number += 1;
    return messages.announce([alert(number, 'the one origin')], new Map(), systemClock.now());
  });
}

async function best(work: () => Promise<unknown>, before: () => Promise<unknown> = async () => {}): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    await before();
    const start = performance.now();
    await work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

async function tell(messages: Messages, rows: number, origin: (number: number) => string): Promise<void> {
  const now = systemClock.now();
  const news = Array.from({ length: rows }, (_, number) => alert(number, origin(number)));
  await messages.announce(news, new Map(), now);
  while ((await messages.place(decide, now)).rows > 0);
}

function alert(number: number, origin: string): Posted {
  return {
    kind: 'posted',
    id: `posted ${number}`,
    target: { source: 'bench', app: 'bench', environment: 'production' },
    severity: 'critical',
    at: systemClock.now(),
    operation: 'notify',
    errorType: origin,
    message: 'the same',
    origin,
    form: null,
  };
}
