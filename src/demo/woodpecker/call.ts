import type { Answer } from './answer.ts';
import type { User } from './model.ts';
import type { Shape } from './shape.ts';
import type { WoodpeckerState } from './state.ts';
import type { Version } from './version.ts';

/** One GET that found its route. */
export interface Call {
  readonly state: WoodpeckerState;
  readonly version: Version;
  readonly shape: Shape;
  /** Null for a guest: no token, or a bad one. */
  readonly user: User | null;
  readonly query: URLSearchParams;
  /** What the route's pattern caught, decoded. */
  readonly params: readonly string[];
}

export type Handler = (call: Call) => Answer;
