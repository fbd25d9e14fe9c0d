import { isAtLeast, type Version } from '../woodpecker/version.ts';
import type { Application } from './model.ts';

/** The application as a server of this version tells it: health has no time before 2.14. */
export function shown(version: Version, app: Application): Application {
  if (isAtLeast(version, 2, 14)) return app;
  const { lastTransitionTime: _, ...health } = app.status.health;
  return { ...app, status: { ...app.status, health } };
}

/** The same in a list, which comes from a cache that does not have the health of each resource. */
export function shownInList(version: Version, app: Application): Application {
  const { resources } = app.status;
  const told = shown(version, app);
  if (resources === undefined) return told;
  return { ...told, status: { ...told.status, resources: resources.map(({ health: _, ...resource }) => resource) } };
}
