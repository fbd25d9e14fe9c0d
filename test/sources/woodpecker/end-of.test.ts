import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endOf } from '../../../src/sources/woodpecker/end-of.ts';
import type { Pipeline, Workflow } from '../../../src/sources/woodpecker/pipeline.ts';
import { pipeline, s, workflow } from './support-rows.ts';

const DEPLOY = [workflow('success'), workflow('success', { started: s(15), finished: s(90) })];
const NO_END = [workflow('success', { finished: 0 })];

describe('rule 9: when it ended and how long it ran, in seconds', () => {
  const ROWS: readonly (readonly [
    string,
    Partial<Pipeline>,
    readonly Workflow[] | null,
    number | null,
    number | null,
  ])[] = [
    ['the pipeline', {}, null, 100, 90],
    ['the latest of the workflows looked at', {}, DEPLOY, 90, 75],
    ['the pipeline, where none of these has an end', {}, NO_END, 100, 80],
    ['finished 0: the latest of all workflows', { finished: 0, workflows: DEPLOY }, null, 90, 80],
    ['finished 0 and none looked at has an end', { finished: 0, workflows: [...NO_END, ...DEPLOY] }, NO_END, 90, 70],
    ['nothing but updated', { finished: 0 }, null, 100, 90],
    ['none of them', { finished: 0, updated: 0 }, null, null, null],
    ['an agent whose clock is late', { finished: s(-50) }, null, 0, null],
    ['an agent whose clock is early', { finished: s(5000) }, null, 100, 90],
    ['updated is not known', { finished: s(5000), updated: 0 }, null, 5000, 4990],
    ['updated lies before created', { updated: s(-10) }, null, 0, null],
    ['started is not known', { started: 0 }, null, 100, null],
    ['started lies after the end', { started: s(200) }, null, 100, null],
  ];
  test.each(ROWS)('%s', (_, fields, looked, at, duration) => {
    expect(endOf(pipeline(fields), looked)).toEqual({
      at: at === null ? null : s(at),
      durationMs: duration === null ? null : duration * 1000,
    });
  });

  test('B9 it is never before created, never after updated, and never took less than nothing', () => {
    const time = fc.integer({ min: 1, max: 10_000 }).map((seconds) => seconds * 1000);
    const unset = fc.oneof(time, fc.constant(0));
    fc.assert(
      fc.property(time, unset, unset, unset, unset, (created, updated, started, finished, workflowEnd) => {
        const workflows = [workflow('success', { started, finished: workflowEnd })];
        const { at, durationMs } = endOf(pipeline({ created, updated, started, finished, workflows }), workflows);
        if (at === null) return updated === 0 && finished === 0 && workflowEnd === 0;
        const latest = updated === 0 ? Number.POSITIVE_INFINITY : Math.max(updated, created);
        return at >= created && at <= latest && (durationMs ?? 0) >= 0;
      }),
    );
  });
});
