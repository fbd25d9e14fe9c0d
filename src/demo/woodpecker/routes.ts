import { getAllRepos, getOpenPipelines } from './admin-routes.ts';
import { empty, json } from './answer.ts';
import { byFullName, byId, forAdmins, forReaders, forUsers } from './auth.ts';
import type { Handler } from './call.ts';
import { getLatestPipeline, getPipeline, getPipelines, getRepo } from './repo-routes.ts';
import { getUser, getUserFeed, getUserRepos } from './user-routes.ts';

/** The GETs that are simulated; the first pattern that matches the whole path answers. */
export const ROUTES: readonly { readonly path: RegExp; readonly handle: Handler }[] = [
  { path: /^\/healthz$/, handle: () => empty(204) },
  {
    path: /^\/version$/,
    handle: (call) => json({ source: 'https://github.com/woodpecker-ci/woodpecker', version: call.state.version }),
  },
  { path: /^\/api\/user$/, handle: forUsers(getUser) },
  { path: /^\/api\/user\/repos$/, handle: forUsers(getUserRepos) },
  { path: /^\/api\/user\/feed$/, handle: forUsers(getUserFeed) },
  { path: /^\/api\/pipelines$/, handle: forAdmins(getOpenPipelines) },
  { path: /^\/api\/repos$/, handle: forAdmins(getAllRepos) },
  { path: /^\/api\/repos\/lookup\/(.+)$/, handle: forReaders(byFullName, getRepo) },
  { path: /^\/api\/repos\/([^/]+)$/, handle: forReaders(byId, getRepo) },
  { path: /^\/api\/repos\/([^/]+)\/pipelines$/, handle: forReaders(byId, getPipelines) },
  { path: /^\/api\/repos\/([^/]+)\/pipelines\/latest$/, handle: forReaders(byId, getLatestPipeline) },
  { path: /^\/api\/repos\/([^/]+)\/pipelines\/([^/]+)$/, handle: forReaders(byId, getPipeline) },
];
