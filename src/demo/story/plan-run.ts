import { between, hex, pick, type Random } from '../random.ts';
import type { PipelineFields } from '../woodpecker/pipelines.ts';
import { AUTHORS, type Character, MESSAGES } from './cast.ts';
import type { Pace } from './pace.ts';
import type { End, Run } from './run.ts';

/** Whose run is planned, and by which dice. */
export interface Planner {
  readonly character: Character;
  readonly pace: Pace;
  readonly random: Random;
}

/** What is special about a run. */
export interface Plan {
  readonly end?: End;
  readonly deploys?: boolean;
  readonly fields?: PipelineFields;
  readonly parent?: Run;
  readonly supersedes?: Run;
}

/** Plans a push to main at a moment, in unix seconds, unless the plan says otherwise. */
export function planRun(planner: Planner, created: number, plan: Plan = {}): Run {
  const { character, pace, random } = planner;
  // `created`, `pending` and `running` each get at least a second.
  const started = created + Math.max(2, between(random, pace.queue));
  const built = started + between(random, pace.build);
  const author = pick(random, AUTHORS);
  return {
    character,
    created,
    started,
    built,
    deployed: built + between(random, pace.deploy),
    end: plan.end ?? 'success',
    deploys: plan.deploys ?? character.deploysBy === 'push',
    fields: {
      author,
      sender: author,
      author_email: `${author}@example.org`,
      message: pick(random, MESSAGES),
      commit: hex(random, 40),
      changed_files: ['src/main.c'],
      timestamp: created,
      ...plan.fields,
    },
    parent: plan.parent ?? null,
    supersedes: plan.supersedes ?? null,
  };
}

/** Plans the same again: a restart, or, with an environment, a promotion to it. As on a real server most is copied. */
export function planAgain(planner: Planner, created: number, parent: Run, plan: Plan = {}): Run {
  const fields = { ...parent.fields, rerun_count: (parent.fields.rerun_count ?? 0) + 1, ...plan.fields };
  return planRun(planner, created, { deploys: parent.deploys, ...plan, fields, parent });
}

/** Plans a pull request against main, which builds and never deploys. */
export function planPullRequest(planner: Planner, created: number, end: End): Run {
  const number = between(planner.random, [1, 400]);
  const title = pick(planner.random, MESSAGES);
  const fields = {
    event: 'pull_request',
    ref: `refs/pull/${number}/head`,
    refspec: 'feature:main',
    title,
    message: title,
  };
  return planRun(planner, created, { end, deploys: false, fields: { ...fields, timestamp: 0 } });
}
