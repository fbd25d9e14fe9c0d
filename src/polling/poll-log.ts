import type { FailureReason } from '../domain/observation.ts';
import type { Cycle } from './run-cycle.ts';

type Write = (fields: Readonly<Record<string, unknown>>, message: string) => void;

export interface Log {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

/** Tells of a source's failures once per kind and of its recovery, so that an outage does not fill the log. */
export class PollLog {
  readonly #source: string;
  readonly #log: Log;
  #failing: FailureReason | null = null;

  constructor(source: string, log: Log) {
    this.#source = source;
    this.#log = log;
  }

  ended({ end, bug }: Cycle): void {
    const source = this.#source;
    if (end.ok) {
      if (this.#failing !== null) this.#log.info({ source, reason: this.#failing }, 'poll recovered');
      this.#failing = null;
      return;
    }
    const { reason, detail } = end;
    if (bug !== null) this.#log.error({ source, reason, err: bug }, 'poll failed by a bug');
    else if (reason === this.#failing) this.#log.debug({ source, reason, detail }, 'poll still failing');
    else this.#log.warn({ source, reason, detail }, 'poll failed');
    this.#failing = reason;
  }
}
