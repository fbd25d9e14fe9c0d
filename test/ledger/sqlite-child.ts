import { openLedger } from '../../src/ledger/ledger.ts';
import { planned } from './planned.ts';
import { quickClock } from './sqlite-store.ts';
import { RULES } from './support.ts';

/** Run as a process of its own, to be killed: opens the ledger and either holds it or records what is planned. */
const [file = '', job = ''] = process.argv.slice(2);
const ledger = await openLedger({ file, rules: RULES, plan: () => [], clock: quickClock(), observe: () => {} });
process.stdout.write('open\n');
if (job === 'record') {
  for (const [number, batch] of planned().entries()) {
    await ledger.record(batch);
    process.stdout.write(`recorded ${number}\n`);
  }
}
setInterval(() => {}, 1000);
