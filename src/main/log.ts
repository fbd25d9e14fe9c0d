import pino, { type Logger } from 'pino';
import type { Config } from '../config/config.ts';

/**
 * The log, on standard output: one JSON object a line, or, for people, a line of text. It is written at once where its reader keeps
 * up, and waits in memory where it does not. When its reader is gone, what is logged is lost, and nothing else.
 */
export function openLog({ level, format }: Config['log']): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: levelName } };
  // Not pino's own stream: at the exit it tries for ever to write to a pipe that nobody reads.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const shown = format === 'json' ? (line: string) => line : pretty;
  return pino(options, { write: (line: string) => process.stdout.write(shown(line)) });
}

function levelName(label: string): { level: string } {
  return { level: label };
}

function pretty(line: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(line);
  const rest = Object.entries(fields).map(
    ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const stack = err === undefined ? '' : `\n${err.stack ?? err.message}`;
  return `${String(time).slice(11, 19)} ${String(level).toUpperCase().padEnd(5)} ${msg}${rest.join('')}${stack}\n`;
}
