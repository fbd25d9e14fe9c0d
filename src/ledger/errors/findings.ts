import type { Sighting, TargetFacts } from '../../domain/batch.ts';
import type { TargetKey } from '../../domain/deployment.ts';
import type { Crossed, News } from '../../domain/news.ts';
import type { RecordedSpan } from './spans.ts';

/** What the rules found in one source's events and measurements. */
export interface Findings {
  readonly sightings: Sighting[];
  readonly news: News[];
  /** How long after a deployment errors are blamed on it, in milliseconds; null: nobody is. */
  readonly blameWithinMs?: number | null;
}

/** A rule began to be exceeded, or did so earlier than was known. */
export function tellBeginning(
  findings: Findings,
  span: RecordedSpan & { readonly id: number },
  details: Sighting['details'],
  isNew: boolean,
): void {
  if (span.opens) {
    findings.sightings.push(sighting(span, 'failure', span.sinceRef, span.since, details, findings));
  } else if (isNew) findings.news.push(crossed(span, null));
}

/** A rule that opens no incident is no longer exceeded. */
export function tellBack(findings: Findings, span: RecordedSpan & { readonly id: number }): void {
  findings.news.push(crossed(span, span.last));
}

/** The incident that a span ends is over. */
export function tellEnd(findings: Findings, end: RecordedSpan): void {
  const { rule, subject } = end.series;
  findings.sightings.push(sighting(end, 'recovery', `${end.lastRef}:end`, end.last, { rule, subject }));
}

/** The facts of a workspace's target: it is known from its first event on. */
export function factsOf(target: TargetKey, observedSince: number): TargetFacts {
  return { target, team: target.source, observedSince, sighted: true };
}

function sighting(
  span: RecordedSpan,
  kind: Sighting['kind'],
  id: string,
  at: number,
  details: Sighting['details'],
  { blameWithinMs = null }: Pick<Findings, 'blameWithinMs'> = {},
): Sighting {
  return { id, target: span.series.target, about: 'errors', kind, at, blameWithinMs, details };
}

function crossed(span: RecordedSpan & { readonly id: number }, backAt: number | null): Crossed {
  const { severity, value, threshold, windowMs } = span.facts;
  return {
    kind: 'crossed',
    id: `crossed ${span.id}`,
    target: span.series.target,
    severity,
    change: backAt === null ? 'above' : 'back',
    crossedAt: span.since,
    backAt,
    rule: span.series.rule,
    value,
    threshold,
    windowMs,
  };
}
