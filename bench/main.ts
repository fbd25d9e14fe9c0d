import { keepYoungGenerationSmall } from '../src/main/young-generation.ts';
import { benchIngest } from './ingest.ts';
import { benchLookups } from './lookups.ts';
import { benchMemory } from './memory.ts';
import { benchNotify } from './notify.ts';
import { benchOutbox } from './outbox.ts';
import { benchPasswords } from './passwords.ts';
import { benchPoll } from './poll.ts';
import { benchPollArgocd } from './poll-argocd.ts';
import { benchRecord } from './record.ts';
import type { Row } from './row.ts';
import { benchScrape } from './scrape.ts';
import { benchSizing } from './sizing.ts';
import { benchStart } from './start.ts';
import { benchWindows } from './windows.ts';

const BENCHES: Readonly<Record<string, () => Promise<Row[]>>> = {
  scrape: benchScrape,
  passwords: benchPasswords,
  poll: benchPoll,
  'poll-argocd': benchPollArgocd,
  record: benchRecord,
  lookups: benchLookups,
  ingest: benchIngest,
  notify: benchNotify,
  outbox: benchOutbox,
  start: benchStart,
  windows: benchWindows,
  memory: benchMemory,
  sizing: benchSizing,
};

keepYoungGenerationSmall();

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in BENCHES));
if (unknown.length > 0)
  throw new Error(`no such benchmark: ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);

for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const row of await bench()) process.stdout.write(`${line(row)}\n`);
}

/** Name, figure, ratio, target: what is missed is marked. */
function line({ name, figure, unit, target, ratio, ok }: Row): string {
  const amount = `${figure.toLocaleString('en', { maximumFractionDigits: figure < 100 ? 1 : 0 })} ${unit}`;
  const share = ratio === null ? '' : `ratio ${ratio.toPrecision(2)}`;
  const verdict = target === '-' ? '' : `${ok ? 'ok  ' : 'MISS'} ${target}`;
  return `${name.padEnd(58)} ${amount.padStart(16)}  ${share.padEnd(13)} ${verdict}`.trimEnd();
}
