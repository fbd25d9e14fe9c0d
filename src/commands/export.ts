import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Config } from '../config/config.ts';
import type { ExportFlags, PastFlags } from '../config/export-flags.ts';
import type { Clock } from '../domain/clock.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import { openLedgerReader } from '../ledger/open-reader.ts';
import { labelText } from '../metrics/format.ts';
import { complain, configured } from './configured.ts';
import { ndjsonOf } from './export/ndjson.ts';
import { openMetricsOfPast, type PastPage } from './export/openmetrics.ts';

/**
 * Writes what `/metrics` would have shown, or all events, to standard output; the exit code: 1 when the ledger cannot be read, 2 for a
 * configuration that is wrong. The daemon may go on beside it. A reader that has enough may stop reading.
 */
export async function exportPast(flags: ExportFlags, clock: Pick<Clock, 'now'>): Promise<number> {
  const loaded = configured(flags.configFile);
  if (!loaded.ok) return loaded.code;
  const { config, place } = loaded;
  try {
    await using reader = await openLedgerReader(place);
    if (flags.format === 'ndjson') {
      const { windows, minSamples } = config;
      const head = { exportedAt: clock.now(), windows: windows.map(({ name }) => name), minSamples };
      await write(ndjsonOf(reader.events(), head));
      return 0;
    }
    await using pasts = await reader.pasts();
    await write(openMetricsOfPast(pasts, pageOf(flags, config, clock.now())));
    return 0;
  } catch (error) {
    if (isClosedPipe(error)) return 0;
    if (!(error instanceof StoreFailure)) throw error;
    complain(error.message);
    return 1;
  }
}

function pageOf(flags: PastFlags, { sources, sink, birthHoldMs, windows, minSamples }: Config, now: number): PastPage {
  const until = Math.min(flags.until ?? now, now);
  return {
    sources: [...sources, ...sink.workspaces].map(({ name }) => name),
    since: until - flags.sinceMs,
    until,
    stepMs: flags.stepMs,
    labels: labelText(flags.labels),
    birthHoldMs,
    windows,
    minSamples,
  };
}

async function write(pieces: AsyncIterable<string>): Promise<void> {
  await pipeline(Readable.from(pieces), process.stdout, { end: false });
}

function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
