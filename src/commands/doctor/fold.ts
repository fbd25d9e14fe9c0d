import type { Finding } from './finding.ts';

/** Places that a folded line names. */
const MOST_PLACES = 5;

/**
 * One finding in place of those of one subject that are of one kind, where the first of them was: it names up to five places
 * and how many more there are, so that what is wrong with hundreds of repositories does not hide what is wrong with one.
 */
export function folded(findings: readonly Finding[]): readonly Finding[] {
  const groups = Map.groupBy(findings, (finding) => {
    const { level, subject, fold } = finding;
    return fold === undefined ? finding : JSON.stringify([level, subject, fold.kind]);
  });
  return [...groups.values()].flatMap((group) => together(group));
}

function together(group: readonly Finding[]): readonly Finding[] {
  const places = [...new Set(group.flatMap(({ fold }) => (fold === undefined ? [] : [fold.place])))];
  const [first] = group;
  if (first?.fold === undefined || places.length < 2) return group;
  const more = places.length - MOST_PLACES;
  const named = places.slice(0, MOST_PLACES).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return [{ ...first, says: `${named}: ${first.fold.says}` }];
}
