import { expect, test } from 'vitest';
import type { Attempt } from '../../src/domain/attribution.ts';
import { momentOfSight } from '../../src/domain/moment.ts';
import { type Repaired, reworkOf } from '../../src/domain/rework.ts';

function success(id: string, at: number, more: Partial<Attempt> = {}): Attempt {
  return { id, outcome: 'success', at, sequence: at, order: 0, identity: id, ...more };
}

function deploymentIncident(closed: Attempt, failedIdentity = 'broken'): Repaired {
  const opened = { at: 1, sequence: 1, order: 0 };
  return { kind: 'deployment', opened, failedIdentity, closed, closedBy: closed.id };
}

function degradedIncident(from: number, to: number): Repaired {
  return {
    kind: 'degraded',
    opened: momentOfSight(from),
    failedIdentity: '',
    closed: momentOfSight(to),
    closedBy: 'healthy',
  };
}

test('the success that closes a deployment incident is rework, unless it is what had failed', () => {
  const mended = success('mended', 10);
  expect(reworkOf([mended, success('next', 20)], [deploymentIncident(mended)])).toEqual(
    new Map([['mended', 'deployment']]),
  );
  expect(reworkOf([mended], [deploymentIncident(mended, 'mended')])).toEqual(new Map());
});

test('what has no identity repeats nothing', () => {
  const mended = success('mended', 10, { identity: '' });
  expect(reworkOf([mended], [deploymentIncident(mended, '')])).toEqual(new Map([['mended', 'deployment']]));
});

test('the latest success within a degraded incident is rework, those before it are not', () => {
  const attempts = [
    success('a', 100),
    success('b', 150),
    success('c', 200),
    success('d', 190, { outcome: 'failure' }),
    success('e', 201),
  ];
  expect(reworkOf(attempts, [degradedIncident(100, 200)])).toEqual(new Map([['c', 'degraded']]));
});

test('a degraded incident with no success within makes nothing rework', () => {
  expect(reworkOf([success('a', 100), success('b', 201)], [degradedIncident(100, 200)])).toEqual(new Map());
});

test('one cause each: rollback before deployment before degraded', () => {
  const incidents = (closer: Attempt) => [deploymentIncident(closer), degradedIncident(100, 200)];
  const back = success('back', 150, { rollback: true });
  expect(reworkOf([back], incidents(back))).toEqual(new Map([['back', 'rollback']]));
  expect(reworkOf([back], [])).toEqual(new Map([['back', 'rollback']]));
  const mended = success('mended', 150);
  expect(reworkOf([mended], incidents(mended))).toEqual(new Map([['mended', 'deployment']]));
});
