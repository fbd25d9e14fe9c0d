import { z } from 'zod';
import { counted } from '../../domain/counted.ts';
import { targetId } from '../../domain/deployment.ts';
import { inParallel } from '../../sources/in-parallel.ts';
import type { WoodpeckerApi } from '../../sources/woodpecker/api.ts';
import type { Listed } from '../../sources/woodpecker/listing.ts';
import type { Pipeline, Repository } from '../../sources/woodpecker/pipeline.ts';
import type { WoodpeckerSettings } from '../../sources/woodpecker/settings.ts';
import { targetOf } from '../../sources/woodpecker/target-of.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import type { Findings } from './finding.ts';
import { lookAtWorkflows } from './look-at-workflows.ts';
import { remedyFor } from './remedy.ts';
import type { LookParts, SeenTarget } from './seen.ts';

interface Row {
  readonly listed: Listed;
  readonly repository: Repository;
}

interface Found {
  readonly mapped: ReadonlyMap<string, { readonly target: SeenTarget; readonly from: string }>;
  /** A commit that was deployed. */
  readonly example: { readonly repository: string; readonly sha: string } | null;
}

/** More would make the doctor a burden: what it says of these holds of the others. */
const MOST_REPOSITORIES = 200;
const timeout = z.object({ timeout: z.number().positive() }).transform((row) => row.timeout * 60_000);

const REMEDIES: Readonly<Record<string, string>> = {
  event: 'add the event by which you deploy to events',
  branch: 'add the branch from which you deploy to branches',
  environment: 'add the value of deploy_to to environments',
  filtered: 'mend relabel_configs: a rule drops it, or leaves app or environment empty',
};

/** Looks at the newest page of pipelines of each repository: what of it deploys, and what hangs. */
export async function lookAtRepositories(
  repositories: readonly Row[],
  api: WoodpeckerApi,
  upstream: Upstream,
  settings: WoodpeckerSettings,
  parts: LookParts,
  findings: Findings,
): Promise<Found> {
  const looked = repositories.slice(0, MOST_REPOSITORIES);
  const mapped = new Map<string, { target: SeenTarget; from: string }>();
  const ignored = new Map<string, number>();
  let example: Found['example'] = null;
  let pipelines = 0;
  let unread = 0;
  await inParallel(looked, settings.concurrency, async ({ repository }) => {
    const page = await api.pipelines(repository.id, 1);
    if (!page.ok) {
      unread += 1;
      const { reason, detail } = page.failure;
      const fold = {
        kind: `unread, ${reason}`,
        place: repository.fullName,
        says: `pipelines cannot be read, as ${detail}`,
      };
      findings.add('problem', `${repository.fullName}: ${detail}`, remedyFor(reason), fold);
      return;
    }
    pipelines += page.value.length;
    // One that has ended: of others the server does not tell all workflows yet.
    let newest: Pipeline | null = null;
    for (const pipeline of page.value) {
      const where = targetOf(pipeline, repository, settings);
      if ('ignored' in where) {
        ignored.set(where.ignored, (ignored.get(where.ignored) ?? 0) + 1);
        continue;
      }
      if (pipeline.finished > 0) newest ??= pipeline;
      const target: SeenTarget = { ...where.target, team: where.team, counts: true };
      if (!mapped.has(targetId(target))) mapped.set(targetId(target), { target, from: repository.fullName });
      if (pipeline.commit !== '') example ??= { repository: repository.fullName, sha: pipeline.commit };
    }
    if (newest !== null) await lookAtWorkflows(newest, repository, api, settings, findings);
    await lookAtHanging(page.value, repository, upstream, parts, findings);
  });
  if (mapped.size === 0 && unread === 0) tellNothingMatched(pipelines, looked.length, ignored, findings);
  const more = repositories.length - looked.length;
  if (more > 0) findings.add('note', `${counted(more, 'more repository', 'more repositories')} not looked at`);
  return { mapped, example };
}

function tellNothingMatched(
  pipelines: number,
  repositories: number,
  ignored: ReadonlyMap<string, number>,
  findings: Findings,
): void {
  const most = [...ignored].sort(([, a], [, b]) => b - a);
  const why = most.map(([reason, number]) => `${number} by ${reason}`).join(', ');
  const [[reason] = ['']] = most;
  const of = `of the newest ${counted(pipelines, 'pipeline')} of ${counted(repositories, 'repository', 'repositories')}`;
  findings.add(
    'problem',
    pipelines === 0
      ? 'no deployment matched the filters: there is no pipeline yet'
      : `no deployment matched the filters: ${of} all are left out, ${why}`,
    REMEDIES[reason] ?? 'run the pipeline that deploys',
  );
}

/** A pipeline that runs for longer than its repository allows has lost its agent: it ends never, and counts never. */
async function lookAtHanging(
  pipelines: readonly Pipeline[],
  repository: Repository,
  upstream: Upstream,
  { clock, stop }: LookParts,
  findings: Findings,
): Promise<void> {
  const running = pipelines.filter(({ status, started }) => status === 'running' && started > 0);
  if (running.length === 0) return;
  const answer = await upstream.get(`/api/repos/${repository.id}`, timeout, stop);
  if (!answer.ok) return;
  for (const { number, started } of running) {
    const minutes = Math.floor((clock.now() - started) / 60_000);
    if (minutes * 60_000 <= answer.value) continue;
    findings.add(
      'warning',
      `${repository.fullName}: pipeline ${number} runs since ${minutes} min, and its repository allows ${answer.value / 60_000}`,
      'cancel it in Woodpecker, and look after the agent that it ran on',
      { kind: 'hanging', place: repository.fullName, says: 'pipelines run for longer than their repository allows' },
    );
  }
}
