import { openLedger } from '../../src/ledger/ledger.ts';
import type { LedgerPlace } from '../../src/ledger/open-store.ts';
import { readPostgresUrl } from '../../src/ledger/postgres/address.ts';
import { planned } from './planned.ts';
import { quickClock } from './sqlite-store.ts';
import { RULES } from './support.ts';

/** Run as a process of its own, to be killed: opens the ledger and either holds it or records what is planned. */
const [where = '', job = ''] = process.argv.slice(2);
const read = readPostgresUrl(where);
const place: LedgerPlace = read.ok ? { postgres: { address: read.address, password: null } } : { file: where };
const ledger = await openLedger({ ...place, rules: RULES, plan: () => [], clock: quickClock(), observe: () => {} });
process.stdout.write('open\n');
if (job === 'record') {
  for (const [number, batch] of planned().entries()) {
    await ledger.record(batch);
    process.stdout.write(`recorded ${number}\n`);
  }
}
setInterval(() => {}, 1000);
