import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from '../woodpecker/answer.ts';
import { parseVersion } from '../woodpecker/version.ts';
import type { Rights } from './accounts.ts';
import { callerOf } from './auth.ts';
import type { Application } from './model.ts';
import { isWanted, selectApplications, wantedBy } from './select-applications.ts';
import { shown } from './shown.ts';
import type { ArgocdState } from './state.ts';
import { type Framing, framingOf } from './stream-framing.ts';
import type { ChangeType } from './watchers.ts';

/** Comments that keep a stream alive; grpc/http/forwarders.go of argoproj/pkg. */
const KEEPALIVE_MS = 15_000;

/** A stream that was asked for: refused, or what it begins with and how it goes on. */
export type Stream =
  | { readonly kind: 'refused'; readonly answer: Answer }
  | {
      readonly kind: 'open';
      /** Status, headers and what is there at once. */
      readonly answer: Answer;
      /** The text of a change that belongs into this stream, and is news there; else empty. */
      textOf(type: ChangeType, app: Application): string;
      readonly framing: Framing;
    };

/**
 * Reads a request for the stream of applications. Without `resourceVersion`, or with `name`, every application that may
 * be read comes first, as ADDED; with it nothing from the past does: it only leaves out what is older.
 */
export function readStream(state: ArgocdState, request: IncomingMessage, query: URLSearchParams): Stream {
  const framing = framingOf(request.headers.accept, query.get('fields') ?? '');
  const caller = callerOf(state, request.headers);
  if (caller.kind === 'unknown') return refused(framing, 401, 16, caller.message);
  const wanted = wantedBy(query);
  if (wanted === null) return refused(framing, 500, 2, 'error parsing the selector');
  // A stream looks at `appNamespace` only together with `name`.
  const filter = { ...wanted, namespace: wanted.name === '' ? '' : wanted.namespace };
  const textOf = eventTexts(state, caller.rights, filter, framing, Number(query.get('resourceVersion') ?? 0));
  const hasSnapshot = !query.has('resourceVersion') || wanted.name !== '';
  const present = hasSnapshot ? selectApplications(state, caller.rights, filter) : [];
  const body = present.map((app) => textOf('ADDED', app)).join('');
  return { kind: 'open', answer: { status: 200, headers: framing.headers, body }, textOf, framing };
}

/** Sends an open stream and what happens from now on, until one of both sides ends it. */
export function openStream(
  state: ArgocdState,
  { answer, textOf, framing }: Stream & { kind: 'open' },
  response: ServerResponse,
): void {
  let keepalive: ReturnType<typeof setInterval> | undefined;
  function write(text: string): void {
    if (text === '') return;
    // Not even the head of the answer comes before the first event.
    if (!response.headersSent) {
      response.writeHead(answer.status, answer.headers);
      if (framing.comment !== '') keepalive = setInterval(() => response.write(framing.comment), KEEPALIVE_MS);
    }
    response.write(text);
  }
  const watcher = {
    onChange: (type: ChangeType, app: Application) => write(textOf(type, app)),
    onEnd(message: string | null): void {
      if (message === null) {
        response.destroy();
        return;
      }
      write(framing.error(503, 14, message));
      response.end();
    },
  };
  state.watchers.add(watcher);
  response.on('close', () => {
    clearInterval(keepalive);
    state.watchers.delete(watcher);
  });
  write(answer.body);
}

function eventTexts(
  state: ArgocdState,
  rights: Rights,
  filter: Parameters<typeof isWanted>[2],
  framing: Framing,
  notBefore: number,
): (type: ChangeType, app: Application) => string {
  const version = parseVersion(state.version);
  const last = new Map<string, string>();
  return (type, app) => {
    const { name, resourceVersion } = app.metadata;
    if (!isWanted(app, rights, filter) || Number(resourceVersion) < notBefore) return '';
    const text = framing.event({ result: { type, application: shown(version, app) } });
    // What looks like the last one of that name is no news: of that name in any namespace.
    if (last.get(name) === text) return '';
    last.set(name, text);
    return text;
  };
}

function refused(framing: Framing, status: number, code: number, message: string): Stream {
  const { 'Grpc-Metadata-Content-Type': _, ...headers } = framing.headers;
  return { kind: 'refused', answer: { status, headers, body: framing.error(status, code, message) } };
}
