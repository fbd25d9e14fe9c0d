import type { FailureReason } from '../domain/observation.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import type { Failure } from '../upstream/upstream.ts';

/** How a step of a collector ended. `partial`: only some of the upstream failed, and polling goes on at its interval. */
export type End =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly reason: FailureReason;
      readonly detail: string;
      readonly retryAfterMs: number | null;
      readonly partial: boolean;
    };

/** The end of a step that the upstream failed. */
export function failed({ reason, detail, retryAfterMs }: Failure, partial: boolean): End {
  return { ok: false, reason, detail, retryAfterMs, partial };
}

/** Runs a step; that the store does not take what was found is an end like others, and polling goes on at its interval. */
export async function orStoreFailure(run: () => Promise<End>): Promise<End> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error;
    return { ok: false, reason: 'store', detail: error.message, retryAfterMs: null, partial: true };
  }
}
