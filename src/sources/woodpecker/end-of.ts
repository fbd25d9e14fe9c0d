import type { Pipeline, Workflow } from './pipeline.ts';

/**
 * When a deployment ended and how long it ran, in milliseconds (counting.md §1 rule 9). `looked` are the workflows
 * that the outcome is of; null: the whole pipeline. `at` is null when no time is known.
 */
export function endOf(
  pipeline: Pipeline,
  looked: readonly Workflow[] | null,
): { readonly at: number | null; readonly durationMs: number | null } {
  const ended = latestEnd(looked ?? []) || pipeline.finished || latestEnd(pipeline.workflows ?? []) || pipeline.updated;
  if (ended === 0) return { at: null, durationMs: null };
  // The agent's clock may be off; the server's is what created and updated are of.
  const latest = pipeline.updated === 0 ? ended : Math.max(pipeline.updated, pipeline.created);
  const at = Math.max(pipeline.created, Math.min(ended, latest));
  const started = earliestStart(looked ?? []) || pipeline.started;
  return { at, durationMs: started === 0 || started > at ? null : at - started };
}

function latestEnd(workflows: readonly Workflow[]): number {
  return Math.max(0, ...workflows.map(({ finished }) => finished));
}

function earliestStart(workflows: readonly Workflow[]): number {
  const starts = workflows.map(({ started }) => started).filter((started) => started > 0);
  return starts.length === 0 ? 0 : Math.min(...starts);
}
