import { expect, it } from 'vitest';
import { recoverySpans } from '../../src/domain/recovery-spans.ts';

function recovery(incident: number, deployment: string, openedAt: number, closedAt: number) {
  return { incident, deployment, openedAt, closedAt };
}

it.each([
  ['one incident is a span', [recovery(1, 'a', 10, 20)], ['a 10-20 of 1']],
  [
    'two of one deployment that overlap are one',
    [recovery(2, 'a', 15, 40), recovery(1, 'a', 10, 20)],
    ['a 10-40 of 1,2'],
  ],
  ['one within the other changes nothing', [recovery(1, 'a', 10, 40), recovery(2, 'a', 15, 20)], ['a 10-40 of 1,2']],
  ['two that touch are one', [recovery(1, 'a', 10, 20), recovery(2, 'a', 20, 30)], ['a 10-30 of 1,2']],
  ['two apart are two', [recovery(1, 'a', 10, 20), recovery(2, 'a', 21, 30)], ['a 10-20 of 1', 'a 21-30 of 2']],
  [
    'two of two deployments are two',
    [recovery(1, 'a', 10, 20), recovery(2, 'b', 15, 30)],
    ['a 10-20 of 1', 'b 15-30 of 2'],
  ],
  [
    'a chain is one, another deployment between or not',
    [recovery(1, 'a', 10, 20), recovery(2, 'b', 12, 14), recovery(3, 'a', 18, 30), recovery(4, 'a', 29, 50)],
    ['a 10-50 of 1,3,4', 'b 12-14 of 2'],
  ],
])('%s', (_, recoveries, expected) => {
  const spans = recoverySpans(recoveries).map(
    ({ deployment, openedAt, closedAt, incidents }) => `${deployment} ${openedAt}-${closedAt} of ${incidents}`,
  );
  expect(spans).toEqual(expected);
});
