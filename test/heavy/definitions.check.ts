import { describe } from 'vitest';
import { definitionsContract } from '../ledger/contract/definitions.ts';
import { openSqliteStore } from '../ledger/sqlite-store.ts';

describe('more histories than the tests have time for', () => definitionsContract(openSqliteStore, 100));
