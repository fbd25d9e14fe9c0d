import type { TargetKey } from './deployment.ts';

/**
 * Where a commit's time comes from (counting.md §6), which says how far to trust the lead time: a commit that a trailer
 * refers to; one whose SHA is in an image's tag; the revision that Argo CD synced (in a monorepo a lower bound); one of
 * a forge's comparison with the deployment before; the deployed commit alone, where there is nothing to compare with.
 */
export const CHANGE_ORIGINS = ['reference', 'image_tag', 'revision', 'compare', 'head'] as const;

export type ChangeOrigin = (typeof CHANGE_ORIGINS)[number];

/** Why a change has no lead time: the closed set of `dora_lead_time_unknown_total{reason}` (design.md §5). */
export const UNKNOWN_LEAD_TIMES = [
  'no_forge',
  'no_commit',
  'no_base',
  'over_limit',
  'not_found',
  'forbidden',
  'rate_limited',
  'unavailable',
  'negative',
] as const;

export type UnknownLeadTime = (typeof UNKNOWN_LEAD_TIMES)[number];

/** A change that a deployment brought, as it was found. */
export type FoundChange =
  | {
      readonly known: true;
      /** The full SHA: a target gets each once. */
      readonly sha: string;
      /** As the forge or Argo CD names it. */
      readonly repository: string;
      /** Milliseconds since the epoch. */
      readonly committedAt: number;
      readonly origin: ChangeOrigin;
    }
  | {
      readonly known: false;
      /** Empty where no commit is known either. */
      readonly sha: string;
      readonly repository: string;
      readonly reason: UnknownLeadTime;
      /** How many changes it stands for. */
      readonly number: number;
    };

/** What the lookup of a deployment's commits needs of the deployment, and of its predecessor. */
export interface DeployedCommit {
  readonly upstreamId: string;
  readonly commit: string;
  readonly details: Readonly<Record<string, string | number>>;
  readonly lookup: Readonly<Record<string, string>>;
}

/** A deployment whose commits are to be looked up. Times in milliseconds since the epoch. */
export interface Lookup extends DeployedCommit {
  /** The ledger's number of the lookup. */
  readonly id: number;
  readonly target: TargetKey;
  /** When the deployment ended. */
  readonly at: number;
  readonly queuedAt: number;
  /** How often it was tried in vain. */
  readonly attempts: number;
  /** The target's last successful deployment before it; null: none is known. */
  readonly predecessor: DeployedCommit | null;
}
