import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ledgerContract } from '../../ledger/contract.ts';
import { ALL_DEPLOYMENTS, batch, failure, success } from '../../ledger/support.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { postgresStores } from '../support/postgres-store.ts';

// Each of a property's runs opens a database: as many as go into this time, where SQLite has them all.
fc.configureGlobal({ interruptAfterTimeLimit: 4_000 });

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

ledgerContract(
  'PostgreSQL',
  postgresStores(() => server),
);

test('NUL, which PostgreSQL takes in no text, is kept as U+FFFD: the poll does not fail for it', async () => {
  await using store = await postgresStores(() => server)();
  const [ends, again] = [failure(100, { identity: 'a\0b', rule: 'c\0', details: { branch: '\0' } }), success(400)];
  await store.ledger.record(batch([ends]));
  await store.ledger.record(batch([ends, again]));
  expect(await store.rows('deployments')).toMatchObject([{ identity: 'a\ufffdb' }, { outcome: 'success' }]);
  expect((await store.ledger.queries.deployments(ALL_DEPLOYMENTS)).items.at(-1)?.details).toEqual({ branch: '\0' });
});
