import type { Answer } from './answer.ts';
import type { Session } from './model.ts';
import type { HomeserverState } from './state.ts';

/** One request that found its route. */
export interface Call {
  readonly state: HomeserverState;
  readonly query: URLSearchParams;
  /** What the route's pattern caught, decoded. */
  readonly params: readonly string[];
  /** What a PUT or POST sent, parsed. Null without a body. */
  readonly body: unknown;
  /** The same as it came. */
  readonly text: string;
}

/** One that somebody with a good access token made. */
export interface KnownCall extends Call {
  readonly session: Session;
}

export type Handler = (call: KnownCall) => Answer;
export type OpenHandler = (call: Call) => Answer;

/** A parameter of the path, or a member of the body that is a text; empty where it is missing. */
export function param({ params }: Call, index: number): string {
  return params[index] ?? '';
}

export function textOf({ body }: Call, key: string): string {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[key] : undefined;
  return typeof value === 'string' ? value : '';
}
