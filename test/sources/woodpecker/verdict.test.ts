import { describe, expect, test } from 'vitest';
import type { Pipeline } from '../../../src/sources/woodpecker/pipeline.ts';
import { type Circumstances, type Verdict, verdictOn } from '../../../src/sources/woodpecker/verdict.ts';
import { type Keys, settings } from './support-program.ts';
import { pipeline, s, workflow } from './support-rows.ts';

interface Around extends Partial<Pick<Circumstances, 'date' | 'backfill' | 'newer'>> {
  readonly keys?: Keys;
  readonly cancelPrevious?: readonly string[];
}

function verdict(fields: Partial<Pipeline>, around: Around = {}): Verdict {
  const { keys = {}, cancelPrevious = [], ...rest } = around;
  return verdictOn(pipeline(fields), {
    repository: { cancelPrevious },
    settings: settings({ url: 'http://ci.example.org', ...keys }),
    date: s(10_000),
    backfill: false,
    newer: [],
    ...rest,
  });
}

/** In one word or two. */
function said(fields: Partial<Pipeline>, around: Around = {}): string {
  const found = verdict(fields, around);
  if (found.kind === 'deployment') return found.outcome;
  return found.kind === 'ignored' ? found.reason : found.kind;
}

const BY_USER = { byUser: true, byStep: '', supersededBy: 0 };
const BY_STEP = { byUser: false, byStep: 'rollout', supersededBy: 0 };
const SUPERSEDED = { byUser: false, byStep: '', supersededBy: 4 };
const OLD = { version: '3.13.0' };
const DEPLOY: Around = { keys: { workflow: 'deploy' } };
const ROLLOUT = { name: 'rollout', state: 'failure', exitCode: 1 };

type Row = readonly [string, Partial<Pipeline>, Around, string];

function table(name: string, rows: readonly Row[]): void {
  describe(name, () => {
    test.each(rows)('%s', (_, fields, around, expected) => {
      expect(said(fields, around)).toBe(expected);
    });
  });
}

table('rule 3: what has not ended is open', [
  ...['created', 'blocked', 'pending', 'running'].map((status): Row => [status, { status }, {}, 'open']),
  ['a status that nobody knows (B19)', { status: 'weird' }, {}, 'open'],
  ['with workflow', { status: 'running', workflows: [workflow('failure')] }, DEPLOY, 'open'],
]);

table('rule 4: ended without having deployed', [
  ...['canceled', 'declined', 'skipped'].map((status): Row => [status, { status }, {}, status]),
  ['canceled has no settling', { status: 'canceled' }, { date: s(100) }, 'canceled'],
  ['error', { status: 'error' }, {}, 'error'],
  ['error with count_errors', { status: 'error' }, { keys: { count_errors: true } }, 'failure'],
  [
    'error with count_errors and workflow',
    { status: 'error' },
    { keys: { count_errors: true, workflow: 'deploy' } },
    'error',
  ],
  ['error comes before started 0', { status: 'error', started: 0 }, { keys: { count_errors: true } }, 'failure'],
]);

table('rule 5 (B5): nothing ran', [
  ['success', { status: 'success', started: 0 }, {}, 'not_run'],
  ['failure', { status: 'failure', started: 0 }, {}, 'not_run'],
  ['killed', { status: 'killed', started: 0 }, {}, 'not_run'],
  ['killed by a user', { status: 'killed', started: 0, canceled: BY_USER }, {}, 'killed_user'],
  ['killed by a newer one', { status: 'killed', started: 0, canceled: SUPERSEDED }, {}, 'superseded'],
  ['a success that carries the cancel_info of its parent', { started: 0, canceled: BY_USER }, {}, 'not_run'],
  ['killed, with count_killed', { status: 'killed', started: 0 }, { keys: { count_killed: true } }, 'not_run'],
  ['before the workflow is asked for', { started: 0, workflows: null }, DEPLOY, 'not_run'],
]);

table('rule 6: the workflows looked at', [
  ['without workflow, the status of the pipeline', { workflows: [workflow('failure')] }, {}, 'success'],
  ['none of that name', { workflows: [workflow('success', { name: 'build' })] }, DEPLOY, 'workflow'],
  ['none at all', { status: 'failure', workflows: [] }, DEPLOY, 'workflow'],
  ...['skipped', 'blocked', 'pending', 'declined', 'canceled', 'created'].map(
    (state): Row => [`${state} did not run`, { status: 'failure', workflows: [workflow(state)] }, DEPLOY, 'workflow'],
  ),
  ['one that never started', { workflows: [workflow('success', { started: 0 })] }, DEPLOY, 'workflow'],
  ['success in a failure', { status: 'failure', workflows: [workflow('success')] }, DEPLOY, 'success'],
  ['failure in a success', { workflows: [workflow('failure')] }, DEPLOY, 'failure'],
  ['error is a failure', { status: 'failure', workflows: [workflow('error')] }, DEPLOY, 'failure'],
  [
    'failure before killed',
    { status: 'killed', workflows: [workflow('killed'), workflow('failure')] },
    DEPLOY,
    'failure',
  ],
  [
    'killed before success',
    { status: 'failure', workflows: [workflow('success'), workflow('killed')] },
    DEPLOY,
    'killed',
  ],
  [
    'a skipped one beside it is not looked at',
    { workflows: [workflow('skipped'), workflow('success')] },
    DEPLOY,
    'success',
  ],
  ['one that still runs: the status', { status: 'failure', workflows: [workflow('running')] }, DEPLOY, 'failure'],
  ['a state that nobody knows: the status', { workflows: [workflow('odd'), workflow('success')] }, DEPLOY, 'success'],
  [
    'names by a regular expression',
    { workflows: [workflow('failure', { name: 'deploy-eu' })] },
    { keys: { workflow: '/deploy-.*/' } },
    'failure',
  ],
]);

const canceled = (error: string) => [workflow('success', { name: 'build' }), workflow('failure', { error })];
const OLD_FAILURE = { ...OLD, status: 'failure' };
table('rule 7: a cancel or time-out that an old server calls a failure', [
  ['Canceled', { ...OLD_FAILURE, workflows: canceled('Canceled') }, {}, 'killed'],
  ['context canceled', { ...OLD_FAILURE, workflows: canceled('rpc: context canceled') }, {}, 'killed'],
  ['deadline exceeded', { ...OLD_FAILURE, workflows: canceled('context deadline exceeded') }, {}, 'killed'],
  ['an exit code', { ...OLD_FAILURE, workflows: canceled('uuid=1: exit code 1') }, {}, 'failure'],
  ['Canceled in the middle of something', { ...OLD_FAILURE, workflows: canceled('Canceled by nobody') }, {}, 'failure'],
  [
    'one of two was no cancel',
    { ...OLD_FAILURE, workflows: [...canceled('Canceled'), workflow('failure')] },
    {},
    'failure',
  ],
  [
    'one was killed, the other cancelled',
    { ...OLD_FAILURE, workflows: [...canceled('Canceled'), workflow('killed', { error: 'Canceled' })] },
    {},
    'killed',
  ],
  ['no workflow failed', { ...OLD_FAILURE, workflows: [workflow('success')] }, {}, 'failure'],
  [
    'it counts with count_killed',
    { ...OLD_FAILURE, workflows: canceled('Canceled') },
    { keys: { count_killed: true } },
    'failure',
  ],
  [
    'it never means a cancel_info',
    { ...OLD_FAILURE, canceled: BY_USER, workflows: canceled('Canceled') },
    {},
    'killed',
  ],
  ['a row without a version is old', { status: 'failure', version: '', workflows: canceled('Canceled') }, {}, 'killed'],
  ['3.14 is new', { status: 'failure', version: '3.14.0', workflows: canceled('Canceled') }, {}, 'failure'],
  ['next is new', { status: 'failure', version: 'next-a4cb541b8f', workflows: canceled('Canceled') }, {}, 'failure'],
  ['dev is new', { status: 'failure', version: 'dev', workflows: canceled('Canceled') }, {}, 'failure'],
  [
    'only those looked at',
    { ...OLD_FAILURE, workflows: [...canceled('Canceled'), workflow('failure', { name: 'lint' })] },
    DEPLOY,
    'killed',
  ],
]);

const NEWER = { number: 4, branch: 'main', event: 'push', created: s(50) };
const PUSH = { cancelPrevious: ['push'] };
const KILLED = { status: 'killed' };
table('rule 8: killed', [
  ['without a known cause', KILLED, {}, 'killed'],
  ['with count_killed', KILLED, { keys: { count_killed: true } }, 'failure'],
  ['superseded_by', { ...KILLED, canceled: SUPERSEDED }, { keys: { count_killed: true } }, 'superseded'],
  ['canceled_by_user', { ...KILLED, canceled: BY_USER }, { keys: { count_killed: true } }, 'killed_user'],
  [
    'canceled_by_step',
    { ...KILLED, canceled: BY_STEP, workflows: [workflow('killed', { steps: [ROLLOUT] })] },
    {},
    'failure',
  ],
  [
    'by a step of another workflow',
    {
      ...KILLED,
      canceled: BY_STEP,
      workflows: [workflow('killed'), workflow('killed', { name: 'e2e', steps: [ROLLOUT] })],
    },
    DEPLOY,
    'killed',
  ],
  ['by a newer one of its branch', KILLED, { ...PUSH, newer: [NEWER] }, 'superseded'],
  ['by a newer one, created as it finished', KILLED, { ...PUSH, newer: [{ ...NEWER, created: s(100) }] }, 'superseded'],
  ['not by one created after it finished', KILLED, { ...PUSH, newer: [{ ...NEWER, created: s(101) }] }, 'killed'],
  ['not by an older one', KILLED, { ...PUSH, newer: [{ ...NEWER, number: 2 }] }, 'killed'],
  ['not by one of another branch', KILLED, { ...PUSH, newer: [{ ...NEWER, branch: 'dev' }] }, 'killed'],
  ['not where its event cancels nothing', KILLED, { cancelPrevious: ['pull_request'], newer: [NEWER] }, 'killed'],
  ['what cancel_info says goes before', { ...KILLED, canceled: BY_USER }, { ...PUSH, newer: [NEWER] }, 'killed_user'],
  ['the newer ones must be known', KILLED, { ...PUSH, newer: null }, 'needs_newer'],
  ['or else not asked for', KILLED, { newer: null }, 'killed'],
  ['cancel_info means nothing under a success', { canceled: BY_USER }, {}, 'success'],
  ['nor under a failure', { status: 'failure', canceled: SUPERSEDED }, {}, 'failure'],
]);

table('rule 9: without any time there is none', [
  ['no time at all', { created: 0, updated: 0, finished: 0 }, {}, 'no_time'],
  ['updated is one', { finished: 0 }, {}, 'success'],
]);

table('settling: killed always, failure of an old row, by the time of the answer', [
  ['killed a second too early', KILLED, { date: s(219) }, 'open'],
  ['killed in time', KILLED, { date: s(220) }, 'killed'],
  ['killed with settle 0s', KILLED, { date: s(100), keys: { settle: '0s' } }, 'killed'],
  ['killed that never ran', { ...KILLED, started: 0 }, { date: s(219) }, 'open'],
  ['an old failure', OLD_FAILURE, { date: s(219) }, 'open'],
  ['an old failure in time', OLD_FAILURE, { date: s(220) }, 'failure'],
  ['an old success at once', OLD, { date: s(100) }, 'success'],
  ['a new failure at once', { status: 'failure' }, { date: s(100) }, 'failure'],
]);

const LISTED = { workflows: null };
table('the one GET of a pipeline', [
  ['workflow', LISTED, DEPLOY, 'needs_details'],
  ['finished 0', { ...LISTED, finished: 0 }, {}, 'needs_details'],
  ['canceled_by_step', { ...LISTED, ...KILLED, canceled: BY_STEP }, {}, 'needs_details'],
  ['killed otherwise', { ...LISTED, ...KILLED }, {}, 'killed'],
  ['a failure, for its step', { ...LISTED, status: 'failure' }, {}, 'needs_details'],
  ['not in a back-fill', { ...LISTED, status: 'failure' }, { backfill: true }, 'failure'],
  ['an old one there too', { ...LISTED, ...OLD_FAILURE }, { backfill: true }, 'needs_details'],
  ['not for a success', LISTED, {}, 'success'],
  ['not before it has settled', { ...LISTED, ...OLD_FAILURE }, { date: s(219) }, 'open'],
]);

test('a row that waits for settle says until when', () => {
  expect(verdict(KILLED, { date: s(110) })).toEqual({ kind: 'open', until: s(220) });
  expect(verdict({ status: 'running' })).toEqual({ kind: 'open', until: null });
});

test('every deployment names the rule that decided it', () => {
  const rule = (fields: Partial<Pipeline>, around: Around = {}) => {
    const found = verdict(fields, around);
    return found.kind === 'deployment' ? found.rule : null;
  };
  expect(rule({})).toBe('status success');
  expect(rule({ workflows: [workflow('failure')] }, DEPLOY)).toBe('workflow deploy: failure');
  expect(rule({ ...OLD_FAILURE, workflows: canceled('Canceled') }, { keys: { count_killed: true } })).toContain(
    'cancelled',
  );
  expect(rule(KILLED, { keys: { count_killed: true } })).toContain('count_killed');
  expect(rule({ status: 'error' }, { keys: { count_errors: true } })).toContain('count_errors');
});
