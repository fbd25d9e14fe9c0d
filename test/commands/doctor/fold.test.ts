import { expect, it } from 'vitest';
import { Findings } from '../../../src/commands/doctor/finding.ts';
import { folded } from '../../../src/commands/doctor/fold.ts';

/** One finding of a kind for each of so many repositories. */
function findings(count: number, kind = 'lint'): Findings {
  const all = new Findings('woodpecker');
  for (let number = 1; number <= count; number += 1) {
    const place = `acme/${number}`;
    all.add('warning', `${place}: this`, 'do that', { kind, place, says: 'all of this' });
  }
  return all;
}

it('one of a kind stays as it is', () => {
  expect(folded(findings(1).all)).toEqual(findings(1).all);
});

it('several of a kind are one line where the first was, which names five and how many more there are', () => {
  const some = findings(2);
  some.add('ok', 'well');
  some.add('ok', 'well');
  expect(folded(some.all).map(({ says }) => says)).toEqual(['acme/1, acme/2: all of this', 'well', 'well']);
  const [five] = folded(findings(5).all);
  expect(five).toMatchObject({ says: 'acme/1, acme/2, acme/3, acme/4, acme/5: all of this', remedy: 'do that' });
  expect(folded(findings(12).all).map(({ says }) => says)).toEqual([
    'acme/1, acme/2, acme/3, acme/4, acme/5 and 7 more: all of this',
  ]);
});

it('what is of another kind, level or subject does not fold with it', () => {
  const others = [...findings(1).all, ...findings(1, 'hanging').all];
  const worse = findings(1).all.map((one) => ({ ...one, level: 'problem' as const }));
  const elsewhere = findings(1).all.map((one) => ({ ...one, subject: 'argocd' }));
  expect(folded([...others, ...worse, ...elsewhere])).toHaveLength(4);
});
