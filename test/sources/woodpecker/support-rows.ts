import type { Pipeline, Workflow } from '../../../src/sources/woodpecker/pipeline.ts';

/** Seconds after the beginning of everything, in milliseconds. */
export function s(seconds: number): number {
  return (1_750_000_000 + seconds) * 1000;
}

/** A push to main that succeeded, created at 0, started at 10 and finished at 100. */
export function pipeline(fields: Partial<Pipeline> = {}): Pipeline {
  return {
    id: 7,
    number: 3,
    event: 'push',
    status: 'success',
    created: s(0),
    updated: s(100),
    started: s(10),
    finished: s(100),
    branch: 'main',
    commit: 'abc',
    deployTo: '',
    deployTask: '',
    version: '3.17.0',
    canceled: { byUser: false, byStep: '', supersededBy: 0 },
    workflows: [],
    ...fields,
  };
}

/** The workflow `deploy`, that ran from 20 to 80. */
export function workflow(state: string, fields: Partial<Workflow> = {}): Workflow {
  return { name: 'deploy', state, error: '', started: s(20), finished: s(80), steps: [], ...fields };
}
