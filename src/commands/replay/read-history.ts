import { ReplayedHistory } from '../../domain/replayed-history.ts';
import { type ExportHead, parseLine } from '../events/line.ts';

/** A file of events that cannot be believed; the message names the file and the line. */
export class BrokenExport extends Error {
  override readonly name = 'BrokenExport';
}

/** What a file of events tells, and under what the latest of its exports was made. */
export interface ReadHistory {
  readonly history: ReplayedHistory;
  readonly latest: ExportHead;
}

/** Reads exports, one behind the other. Throws `BrokenExport`: a number without the lines that are missing would be false. */
export async function readHistory(lines: AsyncIterable<string>, file: string): Promise<ReadHistory> {
  const history = new ReplayedHistory();
  let latest: ExportHead | null = null;
  /** How many events the export has had; null: none has begun, or the last one has ended. */
  let events: number | null = null;
  let number = 0;
  const fail = (problem: string) => new BrokenExport(`${file}: line ${number}: ${problem}`);
  for await (const text of lines) {
    number += 1;
    if (text === '') continue;
    const line = parseLine(text);
    if (line.kind === 'broken') throw fail(line.problem);
    if (line.kind === 'export') {
      if (events !== null) throw fail('an export begins before the one before it has ended: that was cut off');
      history.begin(line.head.exportedAt);
      if (latest === null || line.head.exportedAt > latest.exportedAt) latest = line.head;
      events = 0;
      continue;
    }
    if (events === null) {
      throw fail('no export has begun: a file of `export --format=ndjson` begins with a line of kind "export"');
    }
    if (line.kind === 'end') {
      if (events < line.lines)
        throw fail(`${line.lines} lines should come before it, and ${events} did: some are missing`);
      events = null;
      continue;
    }
    const problem = history.take(line.event);
    if (problem !== null) throw fail(problem);
    events += 1;
  }
  if (latest === null) throw new BrokenExport(`${file}: it is empty`);
  if (events !== null)
    throw new BrokenExport(`${file}: it ends after line ${number} without a line of kind "end": it was cut off`);
  return { history, latest };
}
