import type { Posted } from '../../src/domain/news.ts';
import type { EventFacts, OutboxRow, Transition } from '../../src/domain/transition.ts';
import type { OutboxFact, Outgoing, Role } from '../../src/ledger/outgoing.ts';
import { NAMED_ALERTS, type Told, type ToldAlert } from '../../src/ledger/told.ts';
import { planMessages } from '../../src/notify/plan.ts';

export const NOW = Date.UTC(2026, 10, 25, 9, 0);
export const MINUTE = 60_000;

export function opened(more: Partial<Transition> = {}, openedBy: Partial<EventFacts> = {}): Transition {
  return {
    incident: 7,
    kind: 'deployment',
    target: { source: 'ci', app: 'acme/api', environment: 'production' },
    team: 'shop',
    operation: 'open',
    outcome: 'done',
    origin: 'poll',
    openedAt: NOW - MINUTE,
    beginningKnown: true,
    closedAt: null,
    recoveryMs: null,
    openedBy: {
      link: 'https://ci.example.org/repos/1/pipeline/12',
      durationMs: 95_000,
      details: { event: 'push', step: 'test', exit_code: 1 },
      ...openedBy,
    },
    closedBy: null,
    ...more,
  };
}

export function closed(more: Partial<Transition> = {}): Transition {
  return opened({
    operation: 'close',
    outcome: 'recovered',
    closedAt: NOW,
    recoveryMs: 5 * MINUTE,
    closedBy: { link: 'https://ci.example.org/repos/1/pipeline/13', durationMs: 60_000, details: { event: 'push' } },
    ...more,
  });
}

export function posted(more: Partial<Posted> = {}): Posted {
  return {
    kind: 'posted',
    id: 'e1',
    target: { source: 'fn', app: 'memory', environment: 'production' },
    severity: 'critical',
    at: NOW,
    operation: 'recall',
    errorType: 'TimeoutError',
    message: 'no answer within 5 s',
    origin: null,
    form: null,
    ...more,
  };
}

export const plan = planMessages({ maxAgeMs: 60 * MINUTE, heartbeatRoom: 'critical' });

let number = 0;

export function fact(row: OutboxRow, role: Role = 'first', more: Partial<OutboxFact> = {}): OutboxFact {
  number += 1;
  const { ref, ...rest } = row;
  return { ...rest, id: number, ref: ref ?? `r${number}`, decidedAt: NOW, role, ...more };
}

/** The rows that a plan makes of these, each as the first of its message. */
export function factsOf(transitions: readonly Transition[], news: Parameters<typeof plan>[1] = []): OutboxFact[] {
  return plan(transitions, news, NOW).map((row) => fact(row));
}

export function outgoing(facts: readonly OutboxFact[], more: Partial<Outgoing> = {}): Outgoing {
  return {
    id: 1,
    txnId: 'txn-1',
    room: 'critical',
    kind: 'message',
    origin: facts[0]?.origin ?? '',
    content: null,
    serverErrors: 0,
    first: facts[0] ?? null,
    root: null,
    readyAt: NOW,
    ...more,
  };
}

/** What a message with these rows tells, or a notice with one: the model of what the ledger reads. */
export function toldOf(facts: readonly OutboxFact[]): Told {
  const told = facts.filter(({ role }) => role !== 'ends');
  const alerts = [...Map.groupBy(told, ({ key }) => key).values()].map((rows) => toldAlert(rows, facts));
  return {
    rows: told.length,
    alerts: alerts.length,
    critical: told.some(({ severity }) => severity === 'critical'),
    named: alerts.slice(0, NAMED_ALERTS),
    refs: facts.map(({ ref }) => ref),
  };
}

function toldAlert(rows: readonly OutboxFact[], facts: readonly OutboxFact[]): ToldAlert {
  const endings = rows.map(({ id, about }) =>
    about === null ? undefined : facts.findLast((one) => one.role === 'ends' && one.about === about && one.id > id),
  );
  const ended = endings.every((ending) => ending !== undefined);
  return { latest: rows.at(-1) as OutboxFact, count: rows.length, ending: (ended ? endings.at(-1) : null) ?? null };
}
