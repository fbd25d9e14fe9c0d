import type { IgnoredReason } from '../../domain/batch.ts';
import type { Deployment } from '../../domain/deployment.ts';
import type { Answer, Failure } from '../../upstream/upstream.ts';
import type { WoodpeckerApi } from './api.ts';
import { detailsOf } from './details.ts';
import type { KnownTarget, OpenRow } from './memory.ts';
import { type Pipeline, type Repository, rowId } from './pipeline.ts';
import type { WoodpeckerSettings } from './settings.ts';
import { targetOf } from './target-of.ts';
import { type Verdict, verdictOn } from './verdict.ts';

/** What became of a row. `failure` says why a row that might be decided is not. */
export type Judged =
  | { readonly kind: 'deployment'; readonly deployment: Deployment; readonly target: KnownTarget }
  | { readonly kind: 'ignored'; readonly id: string; readonly reason: IgnoredReason }
  | {
      readonly kind: 'open';
      readonly row: Pick<OpenRow, 'id' | 'number' | 'created'>;
      /** When it can be decided at the earliest; null: when its state changes. */
      readonly until: number | null;
      readonly failure: Failure | null;
    };

export interface Bench {
  readonly api: WoodpeckerApi;
  readonly settings: WoodpeckerSettings;
  readonly repository: Repository;
  readonly backfill: boolean;
  /** The repository's pipelines with numbers above this one's, as far as they can have superseded it. */
  readonly newerThan: (pipeline: Pipeline) => Promise<Answer<readonly Pipeline[]>>;
}

/** Applies all rules to a pipeline, asking for what they need. `date` is the upstream's time of its answer, in ms. */
export async function judge(given: Pipeline, date: number, bench: Bench): Promise<Judged> {
  const { api, settings, repository, backfill } = bench;
  const mapped = targetOf(given, repository, settings);
  if ('ignored' in mapped) return { kind: 'ignored', id: rowId(given), reason: mapped.ignored };

  let pipeline = given;
  let at = date;
  let newer: readonly Pipeline[] | null = null;
  // It can be decided as soon as the upstream answers.
  const askedInVain = (failure: Failure | null): Judged => ({ kind: 'open', row: given, until: 0, failure });
  for (;;) {
    const verdict: Verdict = verdictOn(pipeline, { repository, settings, date: at, backfill, newer });
    switch (verdict.kind) {
      case 'open':
        return { kind: 'open', row: given, until: verdict.until, failure: null };
      case 'ignored':
        return { kind: 'ignored', id: rowId(given), reason: verdict.reason };
      case 'deployment': {
        const deployment = deploymentOf(pipeline, verdict, mapped.target, repository, settings);
        return { kind: 'deployment', deployment, target: { ...mapped, whence: whenceOf(pipeline), gone: false } };
      }
      case 'needs_details': {
        const answer = await api.pipeline(repository.id, pipeline.number);
        // Whether a 404 means that it is gone takes a look of its own, at the next poll.
        if (!answer.ok) return askedInVain(answer.failure.reason === 'not_found' ? null : answer.failure);
        if (rowId(answer.value) !== rowId(given)) return { kind: 'ignored', id: rowId(given), reason: 'gone' };
        pipeline = withWorkflows(answer.value);
        at = answer.date;
        break;
      }
      case 'needs_newer': {
        const answer = await bench.newerThan(pipeline);
        if (!answer.ok) return askedInVain(answer.failure);
        newer = answer.value;
        break;
      }
    }
  }
}

/** A pipeline that was asked for by its number has all the workflows that there are, be it none. */
export function withWorkflows(pipeline: Pipeline): Pipeline {
  return { ...pipeline, workflows: pipeline.workflows ?? [] };
}

function whenceOf({ event, branch, deployTo, deployTask }: Pipeline): KnownTarget['whence'] {
  return { event, branch, deployTo, deployTask };
}

function deploymentOf(
  pipeline: Pipeline,
  verdict: Extract<Verdict, { kind: 'deployment' }>,
  target: Deployment['target'],
  repository: Repository,
  settings: WoodpeckerSettings,
): Deployment {
  return {
    id: rowId(pipeline),
    target,
    outcome: verdict.outcome,
    at: verdict.at,
    sequence: pipeline.number,
    order: pipeline.id,
    durationMs: verdict.durationMs,
    identity: pipeline.commit,
    commit: pipeline.commit,
    link: `${settings.url}/repos/${repository.id}/pipeline/${pipeline.number}`,
    rule: verdict.rule,
    details: detailsOf(pipeline, settings),
    beginningKnown: true,
    lookup: { repository: repository.fullName },
  };
}
