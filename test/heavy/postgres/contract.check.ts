import fc from 'fast-check';
import { afterAll, beforeAll } from 'vitest';
import { ledgerContract } from '../../ledger/contract.ts';
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
