import { addEvent } from './events.ts';
import type { Application, HealthStatus, SyncStatus } from './model.ts';
import { resourcesOf } from './resources.ts';
import { stamp } from './stamp.ts';
import type { ArgocdState } from './state.ts';
import { changed } from './watchers.ts';

/**
 * The controller finds the application in this health, from `at` on (milliseconds since the epoch). Nothing happens
 * when it was so before: the transition keeps its time. `reconciledAt` does not move.
 */
export function setHealth(state: ArgocdState, app: Application, status: HealthStatus, at = state.now()): void {
  const { health } = app.status;
  if (health.status === status) return;
  const message = `Updated health status: ${health.status ?? ''} -> ${status}`;
  app.status.health = { status, lastTransitionTime: stamp(at) };
  changed(state, app);
  addEvent(state, app, { reason: 'ResourceUpdated', message }, at);
}

/**
 * The controller compares the application with git, which is at `revisions` (one for each source; as it was, when not
 * given). This is what git has, never what is deployed.
 */
export function setSync(
  state: ArgocdState,
  app: Application,
  status: SyncStatus,
  revisions?: readonly string[],
  at = state.now(),
): void {
  const { sync } = app.status;
  const before = sync.status;
  const { source, sources, destination } = app.spec;
  sync.status = status;
  sync.comparedTo = { source: source ?? { repoURL: '' }, destination, sources };
  if (revisions !== undefined) {
    if (sources === undefined) sync.revision = revisions[0];
    else sync.revisions = revisions;
  }
  app.status.resources = resourcesOf(app).map((resource) => ({ ...resource, status }));
  app.status.reconciledAt = stamp(at);
  changed(state, app);
  if (before === status) return;
  addEvent(state, app, { reason: 'ResourceUpdated', message: `Updated sync status: ${before} -> ${status}` }, at);
}
