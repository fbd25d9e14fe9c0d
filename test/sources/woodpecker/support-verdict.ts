import type { WoodpeckerApi } from '../../../src/sources/woodpecker/api.ts';
import { judge, withWorkflows } from '../../../src/sources/woodpecker/judge.ts';
import type { Pipeline, Repository } from '../../../src/sources/woodpecker/pipeline.ts';
import { pipeline as pipelineSchema } from '../../../src/sources/woodpecker/schema.ts';
import { type Keys, settings } from './support-program.ts';

export const SHOP: Repository = {
  id: 1,
  fullName: 'acme/shop',
  owner: 'acme',
  name: 'shop',
  defaultBranch: 'main',
  cancelPrevious: [],
};

/** A repository that answers nothing but the one pipeline, whole. */
function onlyOne(whole: Pipeline): WoodpeckerApi {
  const never = () => Promise.reject(new Error('this is not asked for'));
  return {
    userRepositories: never,
    latestFeed: never,
    repository: never,
    pipelines: never,
    pipeline: async () => ({ ok: true, value: whole, date: Number.MAX_SAFE_INTEGER, headers: {} }),
  };
}

/** What the collector makes of a pipeline, whatever waits for `settle`, in the words of the table. */
export async function madeOf(raw: unknown, keys: Keys = {}, repository = SHOP): Promise<string> {
  const whole = withWorkflows(pipelineSchema.parse(raw));
  // A list leaves the workflows out: what is made of it may not depend on having had them.
  const judged = await judge({ ...whole, workflows: null }, Number.MAX_SAFE_INTEGER, {
    api: onlyOne(whole),
    settings: settings({ url: 'http://127.0.0.1', ...keys }),
    repository,
    backfill: false,
    newerThan: async () => ({ ok: true, value: [], date: 0, headers: {} }),
  });
  switch (judged.kind) {
    case 'deployment':
      return `${judged.deployment.outcome} ${judged.deployment.at / 1000}`;
    case 'ignored':
      return `ignored ${judged.reason}`;
    case 'open':
      return 'open';
  }
}
