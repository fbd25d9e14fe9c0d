import type { ErrorEvent, Measurement, Workspace } from '../../src/domain/error-event.ts';
import { nameMatcher } from '../../src/domain/name-matcher.ts';
import type { CountRule, ValueRule } from '../../src/domain/sink-rule.ts';
import type { EventQuery } from '../../src/ledger/errors/error-queries.ts';
import type { Post } from '../../src/ledger/errors/ingest.ts';
import { at } from './support.ts';

export const SHOP: Workspace = { id: '11111111-1111-4111-8111-111111111111', name: 'shop' };
export const BANK: Workspace = { id: '22222222-2222-4222-8222-222222222222', name: 'bank' };

/** More than two events in 100 s; over once it stood not above for 50 s. */
export const BURST: CountRule = {
  kind: 'count',
  name: 'burst',
  subsystem: null,
  windowMs: 100_000,
  threshold: 2,
  holdMs: 50_000,
  severity: 'critical',
};

/** More than three events of `memory` in a day: no incident. */
export const DAILY: CountRule = {
  ...BURST,
  name: 'daily',
  subsystem: nameMatcher('memory'),
  windowMs: 86_400_000,
  threshold: 3,
  severity: 'warning',
};

export const RATE: ValueRule = {
  kind: 'value',
  name: 'rate',
  value: 'error_rate',
  threshold: 0.1,
  holdMs: 50_000,
  severity: 'warning',
};

/** An event of `memory` in production at a second of the story. */
export function event(second: number, more: Partial<ErrorEvent> = {}): ErrorEvent {
  const subsystem = more.subsystem ?? 'memory';
  return {
    id: null,
    subsystem,
    operation: 'write',
    errorType: 'TimeoutError',
    errorMessage: `failed at ${second}`,
    agentId: null,
    actionName: null,
    eventData: '{}',
    severity: 'warning',
    app: subsystem,
    environment: 'production',
    origin: null,
    link: null,
    at: at(second),
    ...more,
  };
}

export function measurement(second: number, value: number, more: Partial<Measurement> = {}): Measurement {
  return {
    name: 'error_rate',
    subject: 'checkout',
    environment: 'production',
    value,
    at: at(second),
    details: '{}',
    ...more,
  };
}

export function post(events: readonly ErrorEvent[], workspace = SHOP, measurements: readonly Measurement[] = []): Post {
  return { workspace, events, measurements };
}

export const ALL_EVENTS: EventQuery = {
  limit: 100,
  cursor: null,
  subsystem: null,
  operation: null,
  errorType: null,
  severity: null,
  app: null,
  environment: null,
  since: null,
  until: null,
};
