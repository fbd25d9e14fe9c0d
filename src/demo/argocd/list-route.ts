import type { Answer } from '../woodpecker/answer.ts';
import { ok, refusal } from './answer.ts';
import type { Call } from './call.ts';
import { projectionOf } from './list-fields.ts';
import { selectApplications, wantedBy } from './select-applications.ts';
import { shown, shownInList } from './shown.ts';

const BAD_SELECTOR = "error parsing the selector: unable to parse requirement: found '=', expected: identifier";

/**
 * The applications that may be read: never 403, and an empty list is `items: null`, the same for nothing there, nothing
 * allowed and, without a resource version, nothing known yet. `refresh`, `resourceVersion` and paging are ignored.
 */
export function listApplications({ state, version, rights, query }: Call): Answer {
  const wanted = wantedBy(query);
  if (wanted === null) return refusal('unknown', BAD_SELECTOR);
  const repo = query.get('repo') ?? '';
  const known = state.justStarted?.known ?? state.applications.size;
  const apps = selectApplications(state, rights, wanted)
    // Of a multi-source application only the first source is looked at.
    .filter(({ spec }) => repo === '' || (spec.source ?? spec.sources?.[0])?.repoURL === repo)
    .slice(0, known);
  if (state.grpcMaxBytes !== null) {
    // The message between the two halves of the server is whole; `fields` are taken out of it later.
    const size = Buffer.byteLength(JSON.stringify(apps));
    if (size > state.grpcMaxBytes) return tooLarge(size, state.grpcMaxBytes);
  }
  const metadata =
    known === 0 && state.justStarted !== null ? {} : { resourceVersion: String(state.lastResourceVersion) };
  const projection = projectionOf(version, query.get('fields') ?? '');
  if (projection === null) return ok({ metadata, items: orNull(apps.map((app) => shownInList(version, app))) });
  return ok({ items: orNull(apps.map((app) => projection(shown(version, app)))), metadata });
}

function orNull<T>(items: readonly T[]): readonly T[] | null {
  return items.length === 0 ? null : items;
}

function tooLarge(size: number, limit: number): Answer {
  return refusal('resource_exhausted', `grpc: trying to send message larger than max (${size} vs. ${limit})`);
}
