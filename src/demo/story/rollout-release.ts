import { createHash } from 'node:crypto';
import type { Commit } from '../argocd/model.ts';
import { stamp } from '../argocd/stamp.ts';
import type { Pipeline } from '../woodpecker/model.ts';
import { applicationName, type Part } from './rollout-cast.ts';

const CI = 'ci <ci@example.org>';

/** What is rolled out: a commit in the repository that Argo CD reads, which names an image. */
export interface Release {
  /** One for each source of the application. */
  readonly revisions: readonly string[];
  readonly images: readonly string[];
  readonly commit: Commit;
  /** The same was tried before: people do so, Argo CD does not by itself. */
  readonly isRepeated: boolean;
}

/** The version that the application had when the story began. */
export function firstRelease(part: Part, at: number): Release {
  const sha = digestOf(part.service.fullName, 'first');
  return releaseOf(part, sha, commitOf(part, sha, at, 'first version', null), false);
}

/** The release of what a pipeline built. The commit refers to the one in the repository of the code. */
export function releaseOfBuild(part: Part, build: Pipeline, at: number): Release {
  const commit = commitOf(part, build.commit, at, `image ${build.commit.slice(0, 7)}`, build);
  return releaseOf(part, build.commit, commit, build.parent !== 0);
}

/** A commit that takes a release back: the image before it, under a SHA of its own. */
export function revertOf(part: Part, release: Release, images: readonly string[], at: number): Release {
  const sha = digestOf('revert', release.commit.sha);
  const commit = { ...commitOf(part, sha, at, `Revert ${release.commit.sha.slice(0, 7)}`, null), sha };
  return { ...releaseOf(part, sha, commit, false), images };
}

/** The commit of the chart, which never changes in the story. */
export function chartCommit({ service }: Part, at: number): Commit {
  return { sha: digestOf(service.fullName, 'chart'), author: CI, date: stamp(at * 1000), message: 'chart' };
}

function releaseOf(part: Part, codeSha: string, commit: Commit, isRepeated: boolean): Release {
  const { service } = part;
  const revisions = service.hasChart ? [chartCommit(part, 0).sha, commit.sha] : [commit.sha];
  const images = [`registry.example.org/${service.fullName}:${codeSha.slice(0, 7)}`];
  return { revisions, images, commit, isRepeated };
}

function commitOf(part: Part, codeSha: string, at: number, subject: string, build: Pipeline | null): Commit {
  const sha = digestOf(applicationName(part), codeSha);
  const message = `${applicationName(part)}: ${subject}`;
  if (build === null) return { sha, author: CI, date: stamp(at * 1000), message };
  const reference = {
    author: `"${build.author}" <${build.author_email}>`,
    date: stamp(build.timestamp * 1000),
    subject: build.message,
    sha: build.commit,
    repoUrl: `https://forge.example.org/${part.service.fullName}.git`,
  };
  const trailers = Object.entries(reference).map(
    ([key, value]) => `Argocd-reference-commit-${key.toLowerCase()}: ${value}`,
  );
  return {
    sha,
    author: CI,
    date: stamp(at * 1000),
    message: `${message}\n\n${trailers.join('\n')}`,
    references: [{ commit: reference }],
  };
}

function digestOf(...words: readonly string[]): string {
  return createHash('sha1').update(words.join(' ')).digest('hex');
}
