import type { NameMatcher } from './name-matcher.ts';
import type { RoomName, Severity } from './severity.ts';

/** When events, or a value that is measured, are too many or too high. */
export type SinkRule = CountRule | ValueRule;

interface AnyRule {
  readonly name: string;
  readonly holdMs: number;
  readonly severity: RoomName;
}

export interface CountRule extends AnyRule {
  readonly kind: 'count';
  /** Null: every subsystem. Each that matches is counted on its own. */
  readonly subsystem: NameMatcher | null;
  readonly windowMs: number;
  /** More events than this. */
  readonly threshold: number;
}

export interface ValueRule extends AnyRule {
  readonly kind: 'value';
  /** The measurement's name. */
  readonly value: string;
  /** A value above this. */
  readonly threshold: number;
}

/** Over a longer window one burst would keep an incident open for a day (counting.md §9). */
const LONGEST_INCIDENT_WINDOW_MS = 3_600_000;

/** Whether a rule opens an incident; else it becomes a message when it is crossed. */
export function opensIncident(rule: SinkRule): boolean {
  return rule.kind === 'value' || rule.windowMs <= LONGEST_INCIDENT_WINDOW_MS;
}

/** The rules that count the events of a subsystem, in their order. */
export function countRulesFor(rules: readonly SinkRule[], subsystem: string): readonly CountRule[] {
  return rules.filter(
    (rule): rule is CountRule =>
      rule.kind === 'count' && (rule.subsystem === null || rule.subsystem.matches(subsystem)),
  );
}

/** The severity of an event that names none: that of the first rule that counts it, else warning. */
export function defaultSeverity(rules: readonly SinkRule[], subsystem: string): Severity {
  return countRulesFor(rules, subsystem)[0]?.severity ?? 'warning';
}
