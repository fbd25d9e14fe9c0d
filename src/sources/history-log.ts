import type { Progress } from './backfill.ts';
import type { Log } from './inbox.ts';

/** Tells how the first reads come on: each repository or application at debug, every tenth part of them at info. */
export class HistoryLog {
  readonly #source: string;
  readonly #log: Log;
  #told = 0;

  constructor(source: string, log: Log) {
    this.#source = source;
    this.#log = log;
  }

  /** `what` was read names it; `progress` is that from before it was done. */
  read(what: Readonly<Record<string, string>>, deployments: number, progress: Progress): void {
    const done = progress.done + 1;
    const pending = progress.pending - 1;
    const tenth = Math.max(1, Math.floor((done + pending) / 10));
    const level = pending > 0 && done < this.#told + tenth ? 'debug' : 'info';
    if (level === 'info') this.#told = done;
    this.#log[level]({ source: this.#source, ...what, deployments, done, pending }, 'history read');
  }
}
