import type { LedgerEvent } from '../../domain/ledger-event.ts';
import { type ExportHead, endingLine, eventLine, headLine } from '../events/line.ts';

/** What a ledger knows, one JSON object to a line, between a line that says which form it has and one that counts them. */
export async function* ndjsonOf(events: AsyncIterable<LedgerEvent>, head: ExportHead): AsyncGenerator<string> {
  yield headLine(head);
  let lines = 0;
  for await (const event of events) {
    lines += 1;
    yield eventLine(event);
  }
  yield endingLine(lines);
}
