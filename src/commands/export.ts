import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ExportFlags } from '../config/export-flags.ts';
import type { Clock } from '../domain/clock.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import { openLedgerReader } from '../ledger/open-reader.ts';
import { labelText } from '../metrics/format.ts';
import { complain, configured } from './configured.ts';
import { openMetricsOfPast } from './export/openmetrics.ts';

/**
 * Writes what `/metrics` would have shown to standard output; the exit code: 1 when the ledger cannot be read, 2 for a
 * configuration that is wrong. The daemon may go on beside it. A reader that has enough may stop reading.
 */
export async function exportPast(flags: ExportFlags, clock: Pick<Clock, 'now'>): Promise<number> {
  const loaded = configured(flags.configFile, 'export reads a ledger in SQLite: one in PostgreSQL is not built yet');
  if (!loaded.ok) return loaded.code;
  const { sources, sink, birthHoldMs, windows, minSamples } = loaded.config;
  const now = clock.now();
  const until = Math.min(flags.until ?? now, now);
  try {
    await using reader = await openLedgerReader(loaded.file);
    await using pasts = await reader.pasts();
    const page = {
      sources: [...sources, ...sink.workspaces].map(({ name }) => name),
      since: until - flags.sinceMs,
      until,
      stepMs: flags.stepMs,
      labels: labelText(flags.labels),
      birthHoldMs,
      windows,
      minSamples,
    };
    await pipeline(Readable.from(openMetricsOfPast(pasts, page)), process.stdout, { end: false });
    return 0;
  } catch (error) {
    if (isClosedPipe(error)) return 0;
    if (!(error instanceof StoreFailure)) throw error;
    complain(error.message);
    return 1;
  }
}

function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
