import type { ChangeFailure } from './attribution.ts';

/** What a person says of a deployment, against what the events say. */
export type Verdict = 'failure' | 'not_a_failure';

export const VERDICTS = ['failure', 'not_a_failure'] as const satisfies readonly Verdict[];

/** Who decided, why, and when. */
export interface Decision {
  /** The name of the token. */
  readonly by: string;
  /** In words; empty where none was given. */
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly decidedAt: number;
}

/** A person ended an incident: a fact about the target like any sighting, so it holds however often history is folded. */
export interface Resolution extends Decision {
  /** When it ended, in milliseconds since the epoch. */
  readonly at: number;
}

/** One entry of what was said of a deployment; null took back what was said before. The last entry holds. */
export interface VerdictEntry extends Decision {
  readonly verdict: Verdict | null;
}

/**
 * What a person's verdict makes of what the events say (counting.md §7): it stands over all. Where the events make it
 * a change failure too, they name the cause; `verdict` is the cause only of what would be none without it.
 */
export function underVerdict(found: ChangeFailure | null, verdict: Verdict | null): ChangeFailure | null {
  switch (verdict) {
    case 'not_a_failure':
      return null;
    case 'failure':
      return found ?? { cause: 'verdict', why: 'a person said that it was one' };
    case null:
      return found;
  }
}
