import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Application } from '../../../src/demo/argocd/model.ts';

const LIVE = join(import.meta.dirname, '../../fixtures/argocd/live/v3.5.1');

export interface Recording {
  /** The number that its file's name begins with. */
  readonly number: number;
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** Null where not even a status line came. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What happened to one application in the course of one case. */
export interface CaseRecording {
  readonly name: string;
  readonly steps: readonly { readonly type: string; readonly application: Application }[];
}

/** Every recorded answer, streams too. */
export function recordings(): readonly Recording[] {
  return files()
    .filter((name) => numberOf(name) < 109)
    .map((name) => {
      const { request, status, headers, body } = read(name);
      return {
        number: numberOf(name),
        name,
        method: request.method,
        path: request.path,
        requestHeaders: request.headers,
        status,
        headers: headers ?? {},
        body,
      };
    });
}

export function cases(): readonly CaseRecording[] {
  return files()
    .filter((name) => name.includes('-case-'))
    .map((name) => ({ name, steps: read(name).steps }));
}

/** The body of one recorded answer. */
export function bodyOf<T>(number: number): T {
  const found = recordings().find((recording) => recording.number === number);
  if (found === undefined) throw new Error(`no recording ${number}`);
  return found.body as T;
}

function files(): string[] {
  return readdirSync(LIVE).filter((file) => file.endsWith('.json'));
}

function numberOf(file: string): number {
  return Number(file.slice(0, 3));
}

// biome-ignore lint/suspicious/noExplicitAny: what a recording holds is for its reader to say
function read(file: string): any {
  return JSON.parse(readFileSync(join(LIVE, file), 'utf8'));
}
