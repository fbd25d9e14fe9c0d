import type { Application, HistoryEntry, Origin, Source, SyncResult } from './model.ts';

const NO_SOURCE: Source = { repoURL: '' };

/** What a sync of the application is of, in the form that the application's spec has: one revision for each source. */
export function originOf(app: Application, revisions: readonly string[], sources?: readonly Source[]): Origin {
  if (app.spec.sources !== undefined) return { sources: sources ?? app.spec.sources, revisions };
  const [revision] = revisions;
  const source = sources?.[0] ?? app.spec.source ?? NO_SOURCE;
  return { ...(revision === undefined ? {} : { revision }), source };
}

/** The revisions that git has for the application, as its controller last saw it. */
export function latestRevisions(app: Application): readonly string[] {
  const { revision, revisions } = app.status.sync;
  return revisions ?? (revision === undefined ? [] : [revision]);
}

/** The same as a sync's result says it: a multi-source one has `revision` and `source` all the same, both empty. */
export function resultOrigin(origin: Origin): Pick<SyncResult, 'revision' | 'revisions' | 'source' | 'sources'> {
  return { ...origin, revision: origin.revision ?? '', source: origin.source ?? NO_SOURCE };
}

/** The same as the history says it: a multi-source one has an empty `source` and no `revision`. */
export function historyOrigin(origin: Origin): Pick<HistoryEntry, 'revision' | 'revisions' | 'source' | 'sources'> {
  return { ...origin, source: origin.source ?? NO_SOURCE };
}

/** Origin as two lists, whichever form it has. */
export function listsOf(origin: Origin): { revisions: readonly string[]; sources: readonly Source[] } {
  const { revision, revisions, source, sources } = origin;
  return {
    revisions: revisions ?? (revision === undefined ? [] : [revision]),
    sources: sources ?? (source === undefined ? [] : [source]),
  };
}
