import { type Finding, Findings } from './finding.ts';
import type { SeenTarget } from './seen.ts';

/** Names each service whose deployments two sources count: sums over `source` are wrong then (design.md §1). */
export function lookAtServices(targets: readonly SeenTarget[]): readonly Finding[] {
  const findings = new Findings('services');
  const counting = Map.groupBy(
    targets.filter(({ counts }) => counts),
    ({ app, environment }) => JSON.stringify([app, environment]),
  );
  for (const group of counting.values()) {
    const sources = [...new Set(group.map(({ source }) => source))];
    const [first] = group;
    if (first === undefined || sources.length < 2) continue;
    findings.add(
      'problem',
      `app ${first.app}, environment ${first.environment} is counted by ${sources.join(' and ')}: each of its deployments counts more than once`,
      'set deployments: false for the source that only builds it',
    );
  }
  return findings.all;
}
