import { z } from 'zod';
import type { Lookup } from '../domain/change.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { timeOf } from './forges/dialect.ts';
import type { Kept } from './ports.ts';
import { quotaWaitMs } from './quota.ts';
import { type Outcome, troubleOf } from './trouble.ts';

/** A commit that a trailer of the revision refers to (`Argocd-reference-commit-*`, Argo CD 3.1 and later). */
export interface Reference {
  /** Empty: unknown. */
  readonly sha: string;
  readonly repository: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What Argo CD tells of a revision: the author's date in milliseconds since the epoch, null: none. */
export interface Revision {
  readonly at: number | null;
  readonly references: readonly Reference[];
}

const metadata = z
  .object({
    date: z.string().nullish(),
    references: z
      .array(
        z.object({
          commit: z
            .object({ date: z.string().nullish(), sha: z.string().nullish(), repoUrl: z.string().nullish() })
            .nullish(),
        }),
      )
      .nullish(),
  })
  .transform(
    ({ date, references }): Revision => ({
      at: timeOf(date),
      references: (references ?? []).flatMap(({ commit }) => {
        const at = timeOf(commit?.date);
        return at === null ? [] : [{ sha: commit?.sha ?? '', repository: commit?.repoUrl ?? '', at }];
      }),
    }),
  );

/** Asks Argo CD for a revision of one of the deployment's sources; what was told once is kept. Throws `stop.reason`. */
export type AskRevision = (
  lookup: Lookup,
  source: { readonly index: number; readonly repository: string; readonly revision: string },
  stop: AbortSignal,
) => Promise<Outcome<Revision>>;

export function revisionMetadata(upstream: Upstream, kept: Kept): AskRevision {
  return async (lookup, source, stop) => {
    const { repository, revision } = source;
    const known = (await kept.known(repository, [revision])).get(revision);
    if (known !== undefined) return { ok: true, value: known as Revision };
    const answer = await upstream.get(pathOf(lookup, source), metadata, stop);
    if (!answer.ok) {
      const { headers = {} } = answer.failure;
      return { ok: false, trouble: troubleOf(answer.failure, quotaWaitMs(headers, 0)) };
    }
    await kept.keep(repository, new Map([[revision, answer.value]]));
    return { ok: true, value: answer.value };
  };
}

/** Of the source as the history's entry has it, whatever the application says now; once that failed, as it is now. */
function pathOf(
  { lookup, details, attempts }: Lookup,
  { index, revision }: { readonly index: number; readonly revision: string },
): string {
  const [namespace = '', name = ''] = (lookup['application'] ?? '').split('/');
  const query = new URLSearchParams({ appNamespace: namespace, project: lookup['project'] ?? '' });
  query.set('sourceIndex', String(index));
  const entry = details['history_id'];
  if (entry !== undefined && attempts === 0) query.set('versionId', String(entry));
  return `/api/v1/applications/${encodeURIComponent(name)}/revisions/${encodeURIComponent(revision)}/metadata?${query}`;
}
