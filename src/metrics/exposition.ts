import type { Clock } from '../domain/clock.ts';
import { Block } from './block.ts';
import { joinPacked } from './gzip.ts';
import { acceptsGzip, CONTENT_TYPES, negotiateFormat } from './negotiate.ts';
import { createPacer } from './pacer.ts';
import type { ProgramMetrics } from './program.ts';
import type { Targets } from './targets.ts';

/** The two headers that decide how a scrape is answered, null where the request has none. */
export interface ScrapeRequest {
  readonly accept: string | null;
  readonly acceptEncoding: string | null;
}

/** One whole page, ready to be sent. */
export interface Scrape {
  readonly contentType: string;
  readonly encoding: 'gzip' | null;
  /** Bytes of all chunks. */
  readonly length: number;
  readonly chunks: readonly Uint8Array[];
}

/** Writes the page: first the targets as they are at one moment, where this process shows any, then the program. */
export async function expose(
  targets: Targets | null,
  program: ProgramMetrics,
  clock: Clock,
  request: ScrapeRequest,
): Promise<Scrape> {
  const format = negotiateFormat(request.accept);
  const encoding = acceptsGzip(request.acceptEncoding) ? 'gzip' : null;
  const pacer = createPacer(clock);

  const shown = await targets?.snapshot(format, pacer);
  if (shown !== undefined) program.setBudget(shown.series, shown.dropped);
  const rest = new Block([await program.render(format, targets !== null), format === 'openmetrics' ? '# EOF\n' : '']);

  const page = [...(shown?.blocks ?? []), rest];
  for (const block of page) {
    if (encoding === 'gzip') block.packed();
    else block.plain();
    if (pacer.due()) await pacer.rest();
  }
  const chunks =
    encoding === 'gzip' ? joinPacked(page.map((block) => block.packed())) : page.map((block) => block.plain());
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return { contentType: CONTENT_TYPES[format], encoding, length, chunks };
}
