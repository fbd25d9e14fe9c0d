import type { Answer } from '../woodpecker/answer.ts';
import { ok } from './answer.ts';
import type { Call } from './call.ts';
import { eventsOf } from './events.ts';
import type { Application } from './model.ts';
import { shown } from './shown.ts';
import { changed } from './watchers.ts';

/**
 * The whole application, whatever `fields` says. `refresh`, given at all, even as `false`, is taken for a refresh, which
 * leaves its mark on the application for good.
 */
export function getApplication({ state, version, query }: Call, app: Application): Answer {
  if (query.has('refresh')) {
    state.refreshes += 1;
    app.metadata.annotations = { ...app.metadata.annotations, 'argocd.argoproj.io/hydrate': 'normal' };
    changed(state, app);
  }
  return ok(shown(version, app));
}

/** The Kubernetes events of the application: every operation and every change of sync and health, for an hour. */
export function getEvents({ state }: Call, app: Application): Answer {
  const items = eventsOf(state, app);
  const metadata = { resourceVersion: String(state.lastResourceVersion) };
  return ok({ metadata, items: items.length === 0 ? null : items });
}
