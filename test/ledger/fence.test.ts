import { join } from 'node:path';
import { expect, test } from 'vitest';
import { StoreFailure } from '../../src/domain/store-failure.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import type { Fence } from '../../src/ledger/transaction.ts';
import { quickClock, temporaryFolder } from './sqlite-store.ts';
import { at, batch, failure, RULES, success } from './support.ts';

test('what the fence throws is what every writer is told, nothing is written, and all can be read', async () => {
  await using folder = await temporaryFolder();
  let leads = true;
  let asked = 0;
  const fence: Fence = async (trx) => {
    asked += 1;
    // What it writes is of the same transaction.
    await trx
      .insertInto('notifier_state')
      .values({ key: `asked ${asked}`, value: '1' })
      .execute();
    if (!leads) throw new StoreFailure('it leads no more');
  };
  const file = join(folder.path, 'ledger.db');
  const ledger = await openLedger({
    file,
    fence,
    rules: RULES,
    plan: () => [],
    clock: quickClock(),
    observe: () => {},
  });
  await ledger.record(batch([failure(100)]));
  const before = await ledger.snapshot();
  const remembered = await ledger.messages.remembered();
  leads = false;

  const writes = [
    () => ledger.record(batch([success(200)])),
    () => ledger.ingest([], [], at(300)),
    () => ledger.tick(at(300)),
    () => ledger.giveVerdict({ deployment: 1, verdict: 'not_a_failure', by: 'a', reason: 'b', decidedAt: at(300) }),
    () => ledger.sweep({ rows: at(300), errors: at(300) }, new AbortController().signal),
    () => ledger.messages.announce([], new Map([['told', 1]]), at(300)),
    () => ledger.lookups.keep('forge/a', new Map([['x', 1]])),
  ];
  for (const write of writes) await expect(write()).rejects.toThrow('it leads no more');
  expect(asked).toBe(1 + writes.length);
  expect(await ledger.snapshot()).toEqual(before);
  expect(await ledger.messages.remembered()).toEqual(remembered);
  await ledger.close();
});
