import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ReplayFlags } from '../config/replay-flags.ts';
import { parseDuration } from '../domain/duration.ts';
import { spanOf, type Window } from '../domain/windows.ts';
import { keysWithoutRows } from '../http/keys-json.ts';
import { complain } from './configured.ts';
import { keysTable } from './replay/keys-table.ts';
import { BrokenExport, readHistory } from './replay/read-history.ts';

/**
 * Prints the keys of all listed targets and teams from a file of events, as a table or as JSON, touching no ledger; the exit
 * code: 1 when the file cannot be read, or not be believed.
 */
export async function replay({
  file,
  windows: asked,
  minSamples: few,
  until: end,
  json,
}: ReplayFlags): Promise<number> {
  const name = file === '-' ? 'standard input' : file;
  const input = file === '-' ? process.stdin : createReadStream(file);
  try {
    const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
    const { history, latest } = await readHistory(lines, name);
    const windows = asked.length > 0 ? asked : latest.windows.flatMap(windowOf);
    const minSamples = few ?? latest.minSamples;
    const until = end ?? latest.exportedAt;
    const items = windows.flatMap((window) => {
      const span = spanOf(window, until);
      return [...history.keys(span, minSamples)].map((keys) => ({ keys, frame: { window, span, minSamples } }));
    });
    process.stdout.write(
      json
        ? `${JSON.stringify({ min_samples: minSamples, items: items.map(({ keys, frame }) => keysWithoutRows(keys, frame)) }, null, 2)}\n`
        : keysTable(items),
    );
    return 0;
  } catch (error) {
    if (error instanceof BrokenExport) complain(error.message);
    else if (error instanceof Error && 'syscall' in error) complain(`${name} cannot be read: ${error.message}`);
    else throw error;
    return 1;
  }
}

function windowOf(name: string): Window[] {
  const ms = parseDuration(name);
  return ms === null || ms === 0 ? [] : [{ name, ms }];
}
