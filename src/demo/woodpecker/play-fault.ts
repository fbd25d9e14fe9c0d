import type { ServerResponse } from 'node:http';
import { type Answer, json, page, text } from './answer.ts';
import type { Fault } from './faults.ts';
import { send } from './send.ts';

/** Answers as the fault says. `answer` is the true one, with its headers. */
export function playFault(fault: Fault, response: ServerResponse, answer: Answer): void {
  switch (fault.kind) {
    case 'status':
      send(response, withHeaders(answer, text(fault.status, ''), fault.headers));
      break;
    case 'html':
      send(response, withHeaders(answer, page()));
      break;
    case 'invalid_json':
      send(response, withHeaders(answer, { ...json(null), body: '[{"id": 1,' }));
      break;
    case 'null':
      send(response, withHeaders(answer, json(null)));
      break;
    case 'empty':
      send(response, withHeaders(answer, { ...json(null), body: '' }));
      break;
    case 'truncated':
      sendHalf(response, answer);
      response.socket?.end();
      break;
    case 'endless':
      sendForEver(response, withHeaders(answer, json([])));
      break;
    case 'reset':
    case 'lost_answer':
      response.socket?.resetAndDestroy();
      break;
    case 'hang':
      break;
    case 'hang_in_body':
      sendHalf(response, answer);
      break;
    case 'slow':
      sendLater(response, answer, fault.delayMs);
      break;
    case 'wrong_date':
      send(response, withHeaders(answer, answer, { Date: fault.date }));
      break;
  }
}

/** `instead` under the common headers that the true answer brings along. */
function withHeaders(answer: Answer, instead: Answer, more: Readonly<Record<string, string>> = {}): Answer {
  return { ...instead, headers: { ...answer.headers, ...instead.headers, ...more } };
}

function sendHalf(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body);
  // More is promised than there is, so that half of an empty body is incomplete too.
  response.writeHead(answer.status, { ...answer.headers, 'Content-Length': body.length + 1 });
  response.flushHeaders();
  response.write(body.subarray(0, Math.floor(body.length / 2)));
}

function sendForEver(response: ServerResponse, answer: Answer): void {
  const chunk = Buffer.alloc(64 * 1024, ' ');
  response.writeHead(answer.status, answer.headers);
  response.write('[');
  function more(): void {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', more);
  more();
}

function sendLater(response: ServerResponse, answer: Answer, delayMs: number): void {
  const timer = setTimeout(() => send(response, answer), delayMs);
  response.on('close', () => clearTimeout(timer));
}
