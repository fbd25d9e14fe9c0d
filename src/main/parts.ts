import type { Logger } from 'pino';

/** The part of the log that the rooms get. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
