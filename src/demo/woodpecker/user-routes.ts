import { type Answer, json, text } from './answer.ts';
import type { Call } from './call.ts';
import { feed, newestPipeline, ownRepos } from './listings.ts';
import type { User } from './model.ts';
import { isAtLeast } from './version.ts';

export function getUser(call: Call, user: User): Answer {
  return json(call.shape.user(user));
}

/** Active repositories, from 3.1 on each with its newest pipeline; with `all` the others too, and without pipelines. */
export function getUserRepos(call: Call, user: User): Answer {
  const own = ownRepos(call.state, user);
  // A list that the real server never made is null, one that is empty is not.
  if (call.query.get('all') === 'true') return json(own.length === 0 ? null : own.map((repo) => call.shape.repo(repo)));
  const active = own.filter((repo) => repo.active);
  if (exceedsExpressionDepth(call, active.length)) {
    return text(500, 'Error fetching repository list. Expression tree is too large (maximum depth 1000)');
  }
  const name = isAtLeast(call.version, 3, 0) ? (call.query.get('name') ?? '') : '';
  const repos = active.filter((repo) => name === '' || repo.full_name.endsWith(`/${name}`));
  if (!isAtLeast(call.version, 3, 1)) return json(repos.map((repo) => call.shape.repo(repo)));
  return json(
    repos.map((repo) => {
      const newest = newestPipeline(call.state, repo);
      return {
        ...call.shape.repo(repo),
        last_pipeline: newest === null ? undefined : call.shape.pipeline(newest, 'without workflows'),
      };
    }),
  );
}

// Development versions ask the database with one term per repository, and SQLite bounds the depth of an expression.
function exceedsExpressionDepth(call: Call, repos: number): boolean {
  return call.state.version.startsWith('next-') && repos > 999;
}

/**
 * The newest 50 pipelines: when there are none, `null` from 3.x and [] from 2.x. With `latest` one row per active
 * repository, and always a list.
 */
export function getUserFeed(call: Call, user: User): Answer {
  const own = ownRepos(call.state, user);
  if (call.query.get('latest') === 'true') {
    const active = own.filter((repo) => repo.active);
    return json(active.map((repo) => call.shape.feedRow(repo, newestPipeline(call.state, repo))));
  }
  const rows = feed(call.state, own);
  if (rows.length === 0 && isAtLeast(call.version, 3, 0)) return json(null);
  return json(rows.map((row) => call.shape.feedRow(row.repo, row.pipeline)));
}
