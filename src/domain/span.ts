import type { Exceedance } from './exceedance.ts';
import type { ValueRule } from './sink-rule.ts';

/** From the first to the last moment at which one rule was exceeded, as far as is known. Times in ms since the epoch. */
export interface Span {
  /** Null until it has a row. */
  readonly id: number | null;
  readonly since: number;
  /** Names the event or measurement that it begins with. */
  readonly sinceRef: string;
  /** The last event above the threshold; of a value the first not above it, once there is one. */
  readonly last: number;
  readonly lastRef: string;
  /** When it will have been not above for `hold`, if nothing more comes; null while a value stands above. */
  readonly settlesAt: number | null;
  /** It has been told that it is over: nothing later joins it. */
  readonly closed: boolean;
}

/**
 * Lays exceedances, in order, over the spans of their rule that are known, and returns all of them: an exceedance joins
 * the span that it lies in or within `holdMs` of, or begins one. It may come late: then it moves a beginning back, or
 * makes a span of its own in the past.
 */
export function laySpans(
  known: readonly Span[],
  found: readonly Exceedance[],
  holdMs: number,
  refOf: (exceedance: Exceedance) => string,
): readonly Span[] {
  const spans = [...known];
  for (const exceedance of found) {
    const settlesAt = exceedance.until + holdMs;
    const index = spans.findIndex((span) => touches(span, exceedance.at, settlesAt));
    const span = spans[index];
    const { at } = exceedance;
    const ref = refOf(exceedance);
    if (span === undefined) {
      spans.push({ id: null, since: at, sinceRef: ref, last: at, lastRef: ref, settlesAt, closed: false });
      continue;
    }
    spans[index] = {
      ...span,
      ...(at < span.since ? { since: at, sinceRef: ref } : {}),
      ...(at >= span.last && !span.closed ? { last: at, lastRef: ref } : {}),
      ...(span.closed ? {} : { settlesAt: Math.max(span.settlesAt ?? 0, settlesAt) }),
    };
  }
  return spans;
}

function touches(span: Span, at: number, settlesAt: number): boolean {
  if (at < span.since) return settlesAt >= span.since;
  return span.closed ? at <= span.last : at <= endOf(span);
}

/** A measurement as a rule looks at it. */
export interface Measured {
  readonly ref: string;
  /** Milliseconds since the epoch, not before the measurement that it replaces. */
  readonly at: number;
  readonly value: number;
}

/** What a measurement makes of the open span of a rule: none, the same, or that one and another. */
export function measure(
  open: Span | null,
  { ref, at, value }: Measured,
  { threshold, holdMs }: Pick<ValueRule, 'threshold' | 'holdMs'>,
): readonly Span[] {
  const above = value > threshold;
  if (open === null || at > endOf(open)) {
    const fresh = { id: null, since: at, sinceRef: ref, last: at, lastRef: ref, settlesAt: null, closed: false };
    return [...(open === null ? [] : [open]), ...(above ? [fresh] : [])];
  }
  if (above) return [{ ...open, last: at, lastRef: ref, settlesAt: null }];
  return [open.settlesAt === null ? { ...open, last: at, lastRef: ref, settlesAt: at + holdMs } : open];
}

/** Whether it has stood not above for `hold` at `now`, and has not been told to be over. */
export function isOver(span: Span, now: number): boolean {
  return !span.closed && endOf(span) <= now;
}

/**
 * The span that ends the incident which `span` is part of: several rules can hold one target's. Null while one of them
 * has not settled.
 */
export function endOfIncident<S extends Span>(span: S, ofTarget: readonly S[]): S | null {
  let from = span.since;
  let to = endOf(span);
  let last = span;
  let open = !span.closed;
  const rest = new Set(ofTarget);
  for (;;) {
    const touching = [...rest].filter((other) => other.since <= to && endOf(other) >= from);
    if (touching.length === 0) return open ? null : last;
    for (const other of touching) {
      rest.delete(other);
      from = Math.min(from, other.since);
      to = Math.max(to, endOf(other));
      if (other.last > last.last) last = other;
      open ||= !other.closed;
    }
  }
}

function endOf({ settlesAt }: Span): number {
  return settlesAt ?? Number.POSITIVE_INFINITY;
}
