import { describe, expect, test } from 'vitest';
import type { CollectorDown, Crossed } from '../../src/domain/news.ts';
import { closed, MINUTE, NOW, opened, plan, posted } from './support.ts';

const elsewhere = { source: 'ci', app: 'acme/api', environment: 'staging' };

describe('what becomes a message, and where it goes', () => {
  test('B26: an incident of production is critical, one of elsewhere a warning', () => {
    expect(plan([opened()], [], NOW)).toMatchObject([{ severity: 'critical', room: 'critical' }]);
    expect(plan([opened({ target: elsewhere })], [], NOW)).toMatchObject([{ severity: 'warning', room: 'warning' }]);
  });

  test('an errors incident has the severity of the rule that opened it', () => {
    const rule = opened({ kind: 'errors' }, { details: { severity: 'warning', count: 51 } });
    expect(plan([rule], [], NOW)).toMatchObject([{ severity: 'warning', room: 'warning' }]);
  });

  test('a recovery goes where its failure went, as a notice, and names what it ends', () => {
    expect(plan([opened(), closed()], [], NOW)).toMatchObject([
      { about: 'incident 7', ends: false, room: 'critical' },
      { about: 'incident 7', ends: true, room: 'critical', severity: 'info' },
    ]);
    expect(plan([closed({ target: elsewhere })], [], NOW)).toMatchObject([{ room: 'warning', severity: 'info' }]);
  });

  test.each(['recovered', 'resolved', 'withdrawn', 'abandoned', 'expired'] as const)('%s is told', (outcome) => {
    expect(plan([closed({ outcome })], [], NOW)).toMatchObject([{ ends: true }]);
  });

  test('a failure that goes on is told once', () => {
    expect(plan([opened({ operation: 'extend' })], [], NOW)).toEqual([]);
  });

  test('nothing older than max_age', () => {
    const old = NOW - 60 * MINUTE - 1;
    expect(plan([opened({ openedAt: old }), closed({ closedAt: old })], [posted({ at: old })], NOW)).toEqual([]);
    expect(plan([opened({ openedAt: old + 1 })], [posted({ at: old + 1 })], NOW)).toHaveLength(2);
  });

  test('a recovery is news however old the failure is', () => {
    expect(plan([closed({ openedAt: NOW - 48 * 60 * MINUTE })], [], NOW)).toHaveLength(1);
  });

  test('what a first read of history finds ended already is no news; what still fails is', () => {
    const history = { origin: 'backfill', closedAt: NOW - MINUTE, openedAt: NOW - 2 * MINUTE } as const;
    expect(plan([opened(history), closed(history)], [], NOW)).toEqual([]);
    expect(plan([opened({ origin: 'backfill' })], [], NOW)).toHaveLength(1);
  });

  test('posted events go by their severity, and are accounted for by the id of the sink', () => {
    const rows = plan(
      [],
      [posted(), posted({ id: 'e2', severity: 'warning' }), posted({ id: 'e3', severity: 'info' })],
      NOW,
    );
    expect(rows.map(({ ref, severity, room }) => [ref, severity, room])).toEqual([
      ['e1', 'critical', 'critical'],
      ['e2', 'warning', 'warning'],
      ['e3', 'info', 'warning'],
    ]);
  });

  test('a collector that is down is critical, whatever max_age; it is back where it was told down', () => {
    const down: CollectorDown = {
      kind: 'collector',
      source: 'ci',
      change: 'down',
      downSince: NOW - 900 * MINUTE,
      backAt: null,
      reason: 'timeout',
      detail: 'no whole answer',
    };
    const [row, back] = plan([], [down, { ...down, change: 'back', backAt: NOW }], NOW);
    expect(row).toMatchObject({ severity: 'critical', room: 'critical', ends: false });
    expect(back).toMatchObject({ severity: 'info', room: 'critical', ends: true, about: row?.about });
  });

  test('a rule that was crossed, and is back', () => {
    const crossed: Crossed = {
      kind: 'crossed',
      id: 'c1',
      target: elsewhere,
      severity: 'warning',
      change: 'above',
      crossedAt: NOW,
      backAt: null,
      rule: 'many',
      value: 51,
      threshold: 50,
      windowMs: 24 * 60 * MINUTE,
    };
    expect(plan([], [crossed, { ...crossed, change: 'back', backAt: NOW }], NOW)).toMatchObject([
      { room: 'warning', severity: 'warning', about: 'crossing c1', ends: false },
      { room: 'warning', severity: 'info', about: 'crossing c1', ends: true },
    ]);
  });

  test('the self-test goes to its room without pushing', () => {
    const heartbeat = { kind: 'heartbeat', day: '2026-11-25', at: NOW } as const;
    expect(plan([], [heartbeat], NOW)).toMatchObject([{ room: 'critical', severity: 'info', ends: false }]);
  });
});

describe('what is the same alert', () => {
  const keyOf = (more: Parameters<typeof posted>[0]) => plan([], [posted(more)], NOW)[0]?.key;

  test('source, app, environment, severity, error type and the first 200 characters', () => {
    const text = 'x'.repeat(200);
    expect(keyOf({ id: 'a', message: `${text}1` })).toBe(keyOf({ id: 'b', message: `${text}2`, operation: 'other' }));
    const target = posted().target;
    const keys = [
      {},
      { target: { ...target, source: 'other' } },
      { target: { ...target, app: 'other' } },
      { target: { ...target, environment: 'other' } },
      { severity: 'warning' },
      { errorType: 'other' },
      { message: 'other' },
    ] as const;
    expect(new Set(keys.map(keyOf)).size).toBe(keys.length);
  });

  test('the posted origin, else source, app and environment, share a throttle', () => {
    const originOf = (more: Parameters<typeof posted>[0]) => plan([], [posted(more)], NOW)[0]?.origin;
    expect(originOf({ errorType: 'A' })).toBe(originOf({ errorType: 'B' }));
    expect(originOf({ origin: 'job' })).toBe(originOf({ origin: 'job', target: { ...posted().target, app: 'other' } }));
    expect(originOf({ origin: 'job' })).not.toBe(originOf({}));
  });
});
