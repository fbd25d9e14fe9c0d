import { DEMO_TOKEN } from '../../src/demo/story/seed-story.ts';

interface RawPipeline {
  readonly number: number;
  readonly event: string;
  readonly branch: string;
  readonly status: string;
  readonly started: number;
  readonly finished: number;
  readonly updated: number;
  readonly workflows?: readonly { readonly started: number; readonly finished: number }[];
}

/** What the simulated server itself says of a repository: its attempts to deploy that ended, in order, in unix seconds. */
export async function attemptsOf(server: string, fullName: string) {
  const get = async (path: string) =>
    await (await fetch(`${server}/api${path}`, { headers: { authorization: `Bearer ${DEMO_TOKEN}` } })).json();
  const { id } = (await get(`/repos/lookup/${fullName}`)) as { id: number };
  const rows: RawPipeline[] = [];
  for (let page = 1; ; page += 1) {
    const found = (await get(`/repos/${id}/pipelines?page=${page}&perPage=50`)) as RawPipeline[];
    rows.push(...found);
    if (found.length < 50) break;
  }
  const attempts: { readonly at: number; readonly number: number; readonly failed: boolean }[] = [];
  for (const row of rows) {
    const counts = ['push', 'deployment', 'manual'].includes(row.event) && row.branch === 'main' && row.started > 0;
    if (!counts || (row.status !== 'success' && row.status !== 'failure')) continue;
    // What would have run after a failed build never ends, and then the pipeline has no end of its own.
    const { workflows = [] } =
      row.finished > 0 ? row : ((await get(`/repos/${id}/pipelines/${row.number}`)) as RawPipeline);
    const at = row.finished || Math.max(...workflows.map(({ finished }) => finished)) || row.updated;
    attempts.push({ at, number: row.number, failed: row.status === 'failure' });
  }
  return attempts.sort((a, b) => a.at - b.at || a.number - b.number);
}

/** A window's own numbers of a story: how many, how many failed, and how long each failing took, in seconds. */
export function storyOf(attempts: Awaited<ReturnType<typeof attemptsOf>>, after: number, until: number) {
  const within = ({ at }: { readonly at: number }) => after < at && at <= until;
  const recoveries: number[] = [];
  let since: number | null = null;
  for (const attempt of attempts) {
    if (attempt.failed) since ??= attempt.at;
    else if (since !== null) {
      if (within(attempt)) recoveries.push(attempt.at - since);
      since = null;
    }
  }
  const ended = attempts.filter(within);
  const sum = recoveries.reduce((total, seconds) => total + seconds, 0);
  return {
    deployments: ended.length,
    failures: ended.filter(({ failed }) => failed).length,
    recoveries: recoveries.length,
    mean: recoveries.length === 0 ? undefined : sum / recoveries.length,
  };
}
