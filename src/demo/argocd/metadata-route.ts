import type { Answer } from '../woodpecker/answer.ts';
import { isAtLeast } from '../woodpecker/version.ts';
import { ok, refusal } from './answer.ts';
import type { Call } from './call.ts';
import { findCommit } from './commits.ts';
import type { Application, Source } from './model.ts';
import { listsOf } from './origin.ts';

const REPO_SERVER_DOWN =
  'connection error: desc = "transport: Error while dialing: dial tcp 10.0.0.41:8081: connect: connection refused"';

/**
 * Author, author date and message of a commit, in the repository of the application's source number `sourceIndex`:
 * of the history's entry `versionId` where that is given, else of its spec. Whatever is no SHA is a 500, as are unknown
 * ones; seven digits will do.
 */
export function getRevisionMetadata({ state, version, query, params }: Call, app: Application): Answer {
  const revision = params[1] ?? '';
  if (state.repoServerDown) return refusal('unavailable', REPO_SERVER_DOWN);
  const source = sourcesOf(app, query.get('versionId'))?.[Number(query.get('sourceIndex') ?? 0)];
  if (source === undefined) return refusal('unknown', 'source not found');
  if (!/^[0-9a-f]{7,40}$/i.test(revision)) return refusal('unknown', `revision ${revision} must be resolved`);
  const commit = findCommit(state, source.repoURL, revision);
  if (commit === null) return refusal('unknown', notInRepository(revision));
  const { author, date, tags, message, references } = commit;
  return ok({ author, date, tags, message, references: isAtLeast(version, 3, 1) ? references : undefined });
}

function sourcesOf(app: Application, versionId: string | null): readonly Source[] | null {
  if (versionId === null) return listsOf(app.spec).sources;
  const entry = app.status.history?.find((candidate) => String(candidate.id) === versionId);
  if (entry === undefined) return null;
  return entry.sources ?? [entry.source];
}

function notInRepository(sha: string): string {
  return (
    'error acquiring repo lock: failed to initialize repository resources: rpc error: code = Internal desc = ' +
    `Failed to checkout revision ${sha}: \`git fetch origin ${sha} --tags --force --prune\` failed exit status 128: ` +
    `fatal: git upload-pack: not our ref ${sha}\nfatal: remote error: upload-pack: not our ref ${sha}`
  );
}
