import type { Batch } from '../domain/batch.ts';

/** What the collector asks of the ledger. Each throws `StoreFailure` when the store cannot do it. */
export interface Inbox {
  /** Records a batch whole or not at all. */
  record(batch: Batch): Promise<void>;
  /** Which of these upstream ids are decided. */
  decided(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** What was remembered, by key. */
  state(): Promise<ReadonlyMap<string, unknown>>;
}

/** The part of a pino logger that collectors use. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
