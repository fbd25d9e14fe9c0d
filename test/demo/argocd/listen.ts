import { type ClientRequest, get, type IncomingMessage } from 'node:http';

/** An open stream, as far as it came. */
export interface Listening {
  /** Null until the head of the answer is there. */
  response(): IncomingMessage | null;
  text(): string;
  /** Whether the other side ended it or the connection. */
  isOver(): boolean;
  stop(): void;
}

/** Opens a stream and keeps what comes. */
export function listen(url: string, headers: Record<string, string>): Listening {
  let response: IncomingMessage | null = null;
  let text = '';
  let isOver = false;
  function over(): void {
    isOver = true;
  }
  const request: ClientRequest = get(url, { headers, agent: false }, (incoming) => {
    response = incoming;
    incoming.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    incoming.on('end', over).on('error', over);
  }).on('error', over);
  return { response: () => response, text: () => text, isOver: () => isOver, stop: () => request.destroy() };
}

/** The events of a stream of server-sent events. */
export function eventsIn(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)));
}
