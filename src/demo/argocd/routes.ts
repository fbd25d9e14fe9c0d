import { getApplication, getEvents } from './application-routes.ts';
import type { Handler } from './call.ts';
import { forApplication } from './find-application.ts';
import { listApplications } from './list-route.ts';
import { getRevisionMetadata } from './metadata-route.ts';
import { canIGet, getUserinfo, getVersion } from './server-routes.ts';

export interface Route {
  readonly path: RegExp;
  readonly handle: Handler;
  /** Whether somebody who is not logged in may ask. */
  readonly isOpen?: boolean;
}

/** The GETs that are simulated, the stream aside; the first pattern that matches the whole path answers. */
export const ROUTES: readonly Route[] = [
  { path: /^\/api\/version$/, handle: getVersion, isOpen: true },
  { path: /^\/api\/v1\/session\/userinfo$/, handle: getUserinfo, isOpen: true },
  { path: /^\/api\/v1\/account\/can-i\/applications\/get\/([^/]+)\/.+$/, handle: canIGet },
  { path: /^\/api\/v1\/applications$/, handle: listApplications },
  { path: /^\/api\/v1\/applications\/([^/]+)$/, handle: forApplication(getApplication) },
  { path: /^\/api\/v1\/applications\/([^/]+)\/events$/, handle: forApplication(getEvents) },
  {
    path: /^\/api\/v1\/applications\/([^/]+)\/revisions\/([^/]+)\/metadata$/,
    handle: forApplication(getRevisionMetadata),
  },
];
