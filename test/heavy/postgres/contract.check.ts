import { afterAll, beforeAll } from 'vitest';
import { ledgerContract } from '../../ledger/contract.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { postgresStores } from '../support/postgres-store.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

ledgerContract(
  'PostgreSQL',
  postgresStores(() => server),
);
