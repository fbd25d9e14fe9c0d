import type { Answer } from '../woodpecker/answer.ts';
import type { Version } from '../woodpecker/version.ts';
import type { Account, Rights } from './accounts.ts';
import type { ArgocdState } from './state.ts';

/** One GET that found its route. */
export interface Call {
  readonly state: ArgocdState;
  readonly version: Version;
  /** Null for somebody anonymous. */
  readonly account: Account | null;
  readonly rights: Rights;
  readonly query: URLSearchParams;
  /** What the route's pattern caught, decoded. */
  readonly params: readonly string[];
}

export type Handler = (call: Call) => Answer;
