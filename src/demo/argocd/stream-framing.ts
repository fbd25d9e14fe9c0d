import { STATUS_CODES } from 'node:http';
import { filterOf } from './stream-fields.ts';

/** How a stream writes what it has to tell. */
export interface Framing {
  readonly headers: Readonly<Record<string, string>>;
  event(message: object): string;
  error(status: number, code: number, message: string): string;
  /** What keeps it alive; empty where nothing does. */
  readonly comment: string;
}

const GRPC = { 'Grpc-Metadata-Content-Type': 'application/grpc' };

/** Server-sent events for exactly that `Accept`, else a JSON object a line. */
export function framingOf(accept: string | undefined, fields: string): Framing {
  const filter = filterOf(fields);
  function text(message: object): string {
    return JSON.stringify(filter(message));
  }
  function errorText(status: number, code: number, message: string): string {
    const error = { grpc_code: code, http_code: status, message, http_status: STATUS_CODES[status] ?? '' };
    return text({ error });
  }
  if (accept !== 'text/event-stream') {
    return {
      headers: { 'Content-Type': 'application/json', ...GRPC },
      event: (message) => `${text(message)}\n`,
      error: (...parts) => errorText(...parts),
      comment: '',
    };
  }
  return {
    headers: { 'Content-Type': 'text/event-stream', ...GRPC, 'X-Content-Type-Options': 'nosniff' },
    event: (message) => `data: ${text(message)} \n\n\n`,
    error: (...parts) => `data: ${errorText(...parts)} \n\n`,
    comment: ':\n',
  };
}
