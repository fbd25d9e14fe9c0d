import type { ExplainFlags } from '../config/explain-flags.ts';
import type { Clock } from '../domain/clock.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import { keptOf, spanOf } from '../domain/windows.ts';
import type { KeysRecord } from '../ledger/key-records.ts';
import { openLedgerReader } from '../ledger/open-reader.ts';
import type { Queries } from '../ledger/queries.ts';
import { complain, configured } from './configured.ts';
import { explanation } from './explain/explanation.ts';

/** Targets that one question may match before the answer is read in parts. */
const TARGETS_PER_PAGE = 100;

/**
 * Prints one key over one window, with the rows that it is taken over, from the ledger; the exit code: 1 when the
 * ledger cannot be read or knows no such target, 2 for a configuration that is wrong. The daemon may go on beside it.
 */
export async function explain(flags: ExplainFlags, clock: Pick<Clock, 'now'>): Promise<number> {
  const loaded = configured(flags.configFile);
  if (!loaded.ok) return loaded.code;
  const { minSamples, retentionMs } = loaded.config;
  const window = keptOf(flags.window, retentionMs);
  try {
    await using reader = await openLedgerReader(loaded.place);
    const span = spanOf(window, clock.now());
    const records = await keysOf(reader.queries, { ...flags, ...span, minSamples });
    if (records.length === 0) {
      complain('the ledger knows no such target; /api/v1/targets lists those that it knows');
      return 1;
    }
    const frame = { key: flags.key, window, span, minSamples };
    process.stdout.write(records.map((record) => explanation(record, frame)).join('\n'));
    return 0;
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error;
    complain(error.message);
    return 1;
  }
}

async function keysOf(
  queries: Queries,
  query: Omit<Parameters<Queries['keys']>[0], 'limit' | 'cursor'>,
): Promise<readonly KeysRecord[]> {
  const { source, app, environment, team, after, until, minSamples } = query;
  const asked = { source, app, environment, team, after, until, minSamples, limit: TARGETS_PER_PAGE };
  const found: KeysRecord[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Queries['keys']>> = await queries.keys({ ...asked, cursor });
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}
