import type { PipelineFields } from '../woodpecker/pipelines.ts';
import type { Character } from './cast.ts';

/** How a pipeline of the story ends. */
export type End =
  | 'success'
  /** The deploy workflow fails. */
  | 'deploy_failed'
  /** The build workflow fails; what would have deployed is skipped, and then the pipeline never gets a `finished`. */
  | 'build_failed'
  /** A person cancels it while it deploys. */
  | 'killed'
  /** The repository's time limit ends it. */
  | 'timed_out'
  /** A newer push ends it. */
  | 'superseded'
  /** A person cancels it before an agent took it. */
  | 'canceled'
  /** It waited for an approval, which was refused. */
  | 'declined'
  /** Its configuration cannot be read. */
  | 'error';

/** One pipeline of the story, planned to its end before it begins. Times are unix seconds. */
export interface Run {
  readonly character: Character;
  readonly created: number;
  /** When an agent takes it, or when it ends without one. */
  readonly started: number;
  /** When the first workflow ends. */
  readonly built: number;
  /** When the second workflow ends. */
  readonly deployed: number;
  readonly end: End;
  /** Whether it has a deploy workflow after the build. */
  readonly deploys: boolean;
  /** What it is of: event, branch, commit, author and so on. */
  readonly fields: PipelineFields;
  /** The run that this one restarts or promotes. */
  readonly parent: Run | null;
  /** The run that this one puts an end to. */
  readonly supersedes: Run | null;
}
