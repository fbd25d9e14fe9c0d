import type { z } from 'zod';
import type { Clock } from '../../domain/clock.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import type { Kept } from '../ports.ts';
import { quotaWaitMs } from '../quota.ts';
import { type Outcome, troubleOf } from '../trouble.ts';
import type { ComparisonPage, Dialect } from './dialect.ts';
import { type Commit, type Comparison, type Forge, MOST_COMMITS } from './forge.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';

export const DIALECTS = { forgejo: gitea, gitea, github, gitlab } as const satisfies Record<string, Dialect>;

/** Answers that are remembered with their ETag: only parts of what is not kept yet are asked for twice. */
const MOST_REMEMBERED = 50;
const WHOLE_SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;

interface Remembered {
  readonly etag: string;
  readonly value: unknown;
}

/** Opens a forge over its upstream. `url` tells its commits from another's. */
export function openForge(options: {
  readonly url: string;
  readonly dialect: Dialect;
  readonly upstream: Upstream;
  readonly kept: Kept;
  readonly clock: Clock;
}): Forge {
  const { url, dialect, upstream, kept, clock } = options;
  const remembered = new Map<string, Remembered>();
  let restUntil = 0;

  async function ask<T>(path: string, schema: z.ZodType<T>, stop: AbortSignal): Promise<Outcome<T>> {
    const restMs = restUntil - clock.now();
    if (restMs > 0) {
      const detail = `GET ${path}: not asked, the forge's quota is used up for ${Math.ceil(restMs / 1000)} s`;
      return { ok: false, trouble: { reason: 'rate_limited', detail, waitMs: restMs, everywhere: true } };
    }
    const before = remembered.get(path);
    const answer = await upstream.get(path, schema, stop, { etag: before?.etag });
    const headers = answer.ok ? answer.headers : (answer.failure.headers ?? {});
    const waitMs = quotaWaitMs(headers, answer.ok ? answer.date : clock.now());
    if (waitMs !== null) restUntil = clock.now() + waitMs;
    if (answer.ok) {
      const etag = answer.headers['etag'];
      if (etag !== undefined) remember(path, { etag, value: answer.value });
      return { ok: true, value: answer.value };
    }
    if (answer.failure.status === 304 && before !== undefined) return { ok: true, value: before.value as T };
    return { ok: false, trouble: troubleOf(answer.failure, waitMs) };
  }

  function remember(path: string, one: Remembered): void {
    remembered.set(path, one);
    for (const oldest of remembered.keys()) if (remembered.size > MOST_REMEMBERED) remembered.delete(oldest);
  }

  /** What is named by whole SHAs never changes: it is asked for once. */
  async function once<T>(
    repository: string,
    ref: string,
    immutable: boolean,
    find: () => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    const place = `${url}/${repository}`;
    if (immutable) {
      const known = (await kept.known(place, [ref])).get(ref);
      if (known !== undefined) return { ok: true, value: known as T };
    }
    const found = await find();
    if (found.ok && immutable) await kept.keep(place, new Map([[ref, found.value]]));
    return found;
  }

  async function askComparison(
    repository: string,
    base: string,
    head: string,
    stop: AbortSignal,
  ): Promise<Outcome<Comparison>> {
    const commits: Commit[] = [];
    for (let page = 1; ; page += 1) {
      const answer: Outcome<ComparisonPage> = await ask(
        dialect.comparePath(repository, base, head, page),
        dialect.comparison,
        stop,
      );
      if (!answer.ok) return answer;
      commits.push(...answer.value.commits);
      const { total } = answer.value;
      const last = dialect.pageSize === null || answer.value.commits.length === 0 || commits.length >= total;
      if (!last && commits.length < MOST_COMMITS) continue;
      const looked = commits.slice(0, MOST_COMMITS);
      return { ok: true, value: { commits: looked, more: Math.max(0, total - looked.length) } };
    }
  }

  return {
    commit: (repository, ref, stop) =>
      once(repository, ref, WHOLE_SHA.test(ref), () => ask(dialect.commitPath(repository, ref), dialect.commit, stop)),
    compare: (repository, base, head, stop) =>
      once(repository, `${base}...${head}`, WHOLE_SHA.test(base) && WHOLE_SHA.test(head), () =>
        askComparison(repository, base, head, stop),
      ),
  };
}
