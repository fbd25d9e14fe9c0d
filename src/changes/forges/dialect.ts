import { z } from 'zod';
import type { Commit } from './forge.ts';

/** Part of a comparison, the oldest commits first. */
export interface ComparisonPage {
  readonly commits: readonly Commit[];
  /** Of the whole comparison. */
  readonly total: number;
}

/** What differs between forges: paths and shapes. */
export interface Dialect {
  /** Where the API begins, by the configured URL. */
  apiUrl(url: string): string;
  /** The value of the Authorization header. */
  authorization(token: string): string;
  commitPath(repository: string, ref: string): string;
  readonly commit: z.ZodType<Commit>;
  /** `page` counts from 1. */
  comparePath(repository: string, base: string, head: string, page: number): string;
  readonly comparison: z.ZodType<ComparisonPage>;
  /** Commits on a page of a comparison; null: it comes in one piece. */
  readonly pageSize: number | null;
}

/** A time as milliseconds since the epoch; null for what is none, or before the epoch (Go's zero time). */
export function timeOf(text: string | null | undefined): number | null {
  const at = Date.parse(text ?? '');
  return at > 0 ? at : null;
}

/** A commit as GitHub and those who follow it write it. */
export const githubCommit = z
  .object({
    sha: z.string().min(7),
    commit: z.object({ author: z.object({ date: z.string().nullish() }).nullish() }),
    parents: z.array(z.unknown()).nullish(),
  })
  .transform(
    ({ sha, commit, parents }): Commit => ({
      sha,
      at: timeOf(commit.author?.date),
      merge: (parents ?? []).length > 1,
    }),
  );
