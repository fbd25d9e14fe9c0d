import { env } from 'node:process';
import { describe } from 'vitest';
import { definitionsContract } from '../ledger/contract/definitions.ts';
import { openSqliteStore } from '../ledger/sqlite-store.ts';

/** Set by who wants more of them, or the same again: HISTORIES=4000 is its long form. */
const { HISTORIES = '500', SEED } = env;
const asked = { runs: Number(HISTORIES), ...(SEED === undefined ? {} : { seed: Number(SEED) }) };

describe('more histories than the tests have time for', () => definitionsContract(openSqliteStore, asked));
