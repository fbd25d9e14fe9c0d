import type { Repo } from '../../src/demo/woodpecker/model.ts';
import type { keysOf, Stage } from './stage.ts';

/** Two failures and two successes, by second after the stage's epoch: one incident, from the first to the third. */
export const STORY = [
  ['failure', 100],
  ['failure', 200],
  ['success', 400],
  ['success', 900],
] as const;

export function tellStory(stage: Stage, repo: Repo): void {
  for (const [status, second] of STORY) stage.push(repo, status, second);
}

/** What `/metrics` must make of it. */
export const TOLD: ReturnType<typeof keysOf> = {
  failureAt: 100,
  recoveryAt: 400,
  lastSuccessAt: 900,
  recoverySum: 300,
  recoveryCount: 1,
  failures: 2,
  successes: 2,
  open: 0,
};
