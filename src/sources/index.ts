import type { Capabilities, IgnoredReason } from '../domain/batch.ts';
import type { Clock } from '../domain/clock.ts';
import type { FailureReason, Observe } from '../domain/observation.ts';
import { openArgocd } from './argocd/open.ts';
import type { Inbox, Log } from './inbox.ts';
import type { AnySourceSettings } from './table.ts';
import { openWoodpecker } from './woodpecker/open.ts';

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

/** What polls one configured source. */
export interface Collector {
  readonly name: string;
  /** What its targets can show from birth. */
  readonly capabilities: Capabilities;
  /** Why it can leave a row uncounted. */
  readonly ignores: readonly IgnoredReason[];
  /** First reads of history, in repositories or applications; null for a source without history. */
  readonly backfill: { readonly pending: number; readonly done: number } | null;
  poll(signal: AbortSignal): Promise<End>;
  catchUp(slice: AbortSignal, stop: AbortSignal): Promise<End>;
  stamp(): Promise<End>;
  close(): Promise<void>;
}

/** What main passes to every source. */
export interface SourceParts {
  readonly inbox: Inbox;
  /** Milliseconds after which an open row is given up. */
  readonly retentionMs: number;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly log: Log;
}

/** Opens the collector of a configured source. Throws for a type that is not built: main refuses those before. */
export function openSource(settings: AnySourceSettings, parts: SourceParts): Collector {
  switch (settings.type) {
    case 'woodpecker':
      return openWoodpecker(settings, parts);
    case 'argocd':
      return openArgocd(settings, parts);
    case 'errors':
      throw new Error(`a source of type ${settings.type} is not built yet`);
  }
}
