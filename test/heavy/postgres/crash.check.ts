import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StoreFailure, StoreInUse } from '../../../src/domain/store-failure.ts';
import { type Ledger, openLedger } from '../../../src/ledger/ledger.ts';
import { expectOnce, killedContract } from '../../ledger/killed.ts';
import { planned } from '../../ledger/planned.ts';
import { quickClock } from '../../ledger/sqlite-store.ts';
import { RULES } from '../../ledger/support.ts';
import { startRawLoopback } from '../../support/loopback.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { addressOf } from '../support/postgres-store.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

function open(url: string): Promise<Ledger> {
  const postgres = { address: addressOf(url), password: null };
  return openLedger({ postgres, rules: RULES, plan: () => [], clock: quickClock(), observe: () => {} });
}

/** A database that says of nothing that it is committed before it is, whatever the server of tests is set to. */
async function durable(): Promise<string> {
  const database = await server.create();
  await server.ask(database, `alter database ${database} set synchronous_commit = on`);
  return database;
}

killedContract('PostgreSQL', async () => {
  const where = server.url(await durable());
  return {
    where,
    async open() {
      for (;;) {
        try {
          return await open(where);
        } catch (error) {
          // The server has not heard yet that the process is gone.
          if (!(error instanceof StoreInUse)) throw error;
          await wait(20);
        }
      }
    },
    async [Symbol.asyncDispose]() {},
  };
});

/** What stands between the ledger and the server, and cuts the writer off when it is told to. */
async function startCutter() {
  const open = new Set<Socket>();
  let [through, left] = [true, Number.POSITIVE_INFINITY];
  const cut = () => {
    through = false;
    for (const socket of open) socket.destroy();
  };
  const proxy = await startRawLoopback((socket) => {
    if (!through) return void socket.destroy();
    open.add(socket);
    const there = connect(server.port, '127.0.0.1').on('error', () => socket.destroy());
    there.on('close', () => socket.destroy()).on('data', (data) => socket.write(data));
    socket.on('close', () => {
      open.delete(socket);
      there.destroy();
    });
    socket.on('data', (data) => {
      left -= 1;
      // What it says last is still heard: of a commit nobody learns then what became of it.
      there.write(data, () => left === 0 && cut());
    });
  });
  return {
    url: (database: string) => `postgres://dora@127.0.0.1:${proxy.port}/${database}`,
    /** Lets so many more messages through to the server, and then nothing. */
    cutAfter(messages: number) {
      left = messages;
    },
    isCut: () => !through,
    mend() {
      [through, left] = [true, Number.POSITIVE_INFINITY];
    },
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}

test('B12: cut off after each message of a transaction: recorded or a failure, never half or twice', async () => {
  const database = await durable();
  await using cutter = await startCutter();
  const ledger = await open(cutter.url(database));
  const [failed, known]: [number[], number[]] = [[], []];
  const batches = planned();
  for (const batch of batches.slice(0, 2)) await ledger.record(batch);
  for (const [messages, batch] of batches.slice(2).entries()) {
    cutter.cutAfter(messages + 1);
    const recording = ledger.record(batch).then(
      () => 'known' as const,
      (error) => error as unknown,
    );
    // Of a commit that nobody answered it goes on asking until it can be asked.
    const outcome = await Promise.race([recording, wait(300, 'in doubt' as const)]);
    const wasCut = cutter.isCut();
    cutter.mend();
    const became = outcome === 'in doubt' ? await recording : outcome;
    if (became === 'known') known.push(messages);
    else {
      expect(became).toBeInstanceOf(StoreFailure);
      failed.push(messages);
      await ledger.record(batch);
    }
    await expectOnce(ledger, messages + 3);
    if (!wasCut) break;
  }
  // From the first message to the commit; and the commit itself was found out.
  expect(failed.length).toBeGreaterThan(5);
  expect(known.length).toBeGreaterThan(1);
  await ledger.close();
});

test('B12: the server crashes in the middle of recording, three times: all is there, once', async () => {
  const url = server.url(await durable());
  const ledger = await open(url);
  const failures: unknown[] = [];
  let acknowledged = 0;
  let goOn = true;
  const recording = (async () => {
    for (const batch of planned()) {
      while (goOn) {
        try {
          await ledger.record(batch);
          acknowledged += 1;
          break;
        } catch (error) {
          failures.push(error);
          await wait(20);
        }
      }
    }
  })();
  const reach = async (wanted: number) => {
    while (acknowledged < wanted) await wait(1);
  };
  for (let crash = 1; crash <= 3; crash += 1) {
    await reach(acknowledged + 7);
    await server.stop('crash');
    const before = failures.length;
    while (failures.length === before) await wait(5);
    await server.start();
  }
  await reach(acknowledged + 5);
  goOn = false;
  await recording;
  expect(failures.every((error) => error instanceof StoreFailure)).toBe(true);
  await expectOnce(ledger, acknowledged);
  await ledger.close();
  const again = await open(url);
  await expectOnce(again, acknowledged);
  await again.close();
});
