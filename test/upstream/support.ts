import { z } from 'zod';
import { openUpstream, type UpstreamOptions } from '../../src/upstream/open-upstream.ts';
import type { Answer, Failure, StreamingUpstream } from '../../src/upstream/upstream.ts';
import { FakeClock } from '../support/fake-clock.ts';

export const TOKEN = 'a-very-secret-token';

export const Repo = z.object({ id: z.number(), name: z.string() });

export interface Opened extends AsyncDisposable {
  readonly upstream: StreamingUpstream;
  /** The codes of the requests that were observed. */
  readonly codes: string[];
  readonly clock: FakeClock;
  /** GETs one repository. */
  get(path?: string, stop?: AbortSignal): Promise<Answer<z.infer<typeof Repo>>>;
  /** GETs what is not to be had. */
  failure(path?: string): Promise<Failure>;
}

export function open(baseUrl: string, overrides: Partial<UpstreamOptions> = {}): Opened {
  const codes: string[] = [];
  const clock = new FakeClock();
  const upstream = openUpstream({
    source: 'woodpecker',
    baseUrl,
    authorization: () => `Bearer ${TOKEN}`,
    caFile: null,
    insecureSkipVerify: false,
    requestTimeoutMs: 10_000,
    maxBodyBytes: 1_000,
    userAgent: 'dora-exporter/test',
    clock,
    observe: (one) => codes.push(one.kind === 'request' && one.source === 'woodpecker' ? one.code : one.kind),
    ...overrides,
  });
  const get = (path = '/api/repos/1', stop = new AbortController().signal) => upstream.get(path, Repo, stop);
  return {
    upstream,
    clock,
    get,
    codes,
    async failure(path) {
      const answer = await get(path);
      if (answer.ok) throw new Error('there was an answer');
      return answer.failure;
    },
    [Symbol.asyncDispose]: () => upstream.close(),
  };
}
