import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askedWindow } from '../../src/sink/asked-window.ts';
import { checkItems } from '../../src/sink/check-items.ts';
import { postedError } from '../../src/sink/posted-error.ts';
import { postedMeasurement } from '../../src/sink/posted-measurement.ts';
import { readItems } from '../../src/sink/read-items.ts';
import { keptText } from '../../src/sink/text.ts';
import { BURST, DAILY } from '../ledger/sink-support.ts';

const NOW = Date.UTC(2026, 4, 30, 12);
const DAY_MS = 86_400_000;
const CLOCK = { now: () => NOW };
const EVENT = { subsystem: 'memory', operation: 'write' };

async function errorOf(fields: object, rules = [DAILY, BURST]) {
  const [checked] = await checkItems([{ ok: true, value: fields }], postedError(rules, CLOCK, 90 * DAY_MS));
  return checked?.ok === true ? checked.item : (checked?.detail ?? '');
}

describe('B22: texts', () => {
  it('are cut after so many code points, never within one', () => {
    expect(keptText('x'.repeat(1000), 500)).toBe('x'.repeat(500));
    expect(keptText('🚨'.repeat(600), 500)).toBe('🚨'.repeat(500));
    expect(keptText('né', 2)).toBe('né');
  });

  it('are kept as every store can keep them', () => {
    expect(keptText('a\ud800b\0c', 10)).toBe('a\ufffdb\ufffdc');
  });

  it('whatever they are, what is kept is well-formed, a beginning, and no longer than asked', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'é', '漢', '🚨', '\ud83d', '\udea8', '\0'), maxLength: 40 }),
        fc.nat(30),
        (text, limit) => {
          const kept = keptText(text, limit);
          expect(kept.isWellFormed()).toBe(true);
          expect([...kept].length).toBe(Math.min(limit, [...text].length));
        },
      ),
    );
  });
});

describe('an error event', () => {
  it('needs a subsystem and an operation; the rest has defaults', async () => {
    expect(await errorOf(EVENT)).toEqual({
      id: null,
      subsystem: 'memory',
      operation: 'write',
      errorType: null,
      errorMessage: null,
      agentId: null,
      actionName: null,
      eventData: '{}',
      severity: 'warning',
      app: 'memory',
      environment: 'production',
      origin: null,
      link: null,
      at: NOW,
    });
    expect(await errorOf({})).toBe('subsystem is required; operation is required');
  });

  it('B22: is cut at the limits of the contract', async () => {
    const long = 'y'.repeat(1000);
    const cut = { subsystem: long, operation: long, error_type: long, error_message: long, action_name: long };
    const kept = await errorOf(cut);
    expect(kept).toMatchObject({
      subsystem: long.slice(0, 64),
      operation: long.slice(0, 128),
      errorType: long.slice(0, 128),
      errorMessage: long.slice(0, 500),
      actionName: long.slice(0, 128),
    });
  });

  it('has the severity of the first rule that counts it, unless it says its own', async () => {
    expect(await errorOf({ ...EVENT, subsystem: 'tools' })).toMatchObject({ severity: 'critical' });
    expect(await errorOf(EVENT)).toMatchObject({ severity: 'warning' });
    expect(await errorOf({ ...EVENT, severity: 'info' })).toMatchObject({ severity: 'info' });
    expect(await errorOf({ ...EVENT }, [])).toMatchObject({ severity: 'warning' });
  });

  it.each([
    ['2026-05-30T11:59:00.123456', Date.UTC(2026, 4, 30, 11, 59, 0, 123)],
    ['2026-05-30 11:59:00', Date.UTC(2026, 4, 30, 11, 59)],
    ['2026-05-30T13:59:00+02:00', Date.UTC(2026, 4, 30, 11, 59)],
    ['2026-05-30T12:05:00Z', NOW + 300_000],
  ])('takes %s, without a zone as UTC', async (text, at) => {
    expect(await errorOf({ ...EVENT, created_at: text })).toMatchObject({ at });
  });

  it.each([
    [{ created_at: '2026-05-30T12:05:00.001Z' }, 'created_at lies more than 5 minutes in the future'],
    [{ created_at: '2026-03-01T11:59:59Z' }, 'created_at is older than events are kept'],
    [{ created_at: '2026-02-30T00:00:00Z' }, 'created_at must be a time like 2026-01-31T12:00:00Z'],
    [{ created_at: 1780000000 }, 'created_at must be a time like 2026-01-31T12:00:00Z'],
    [{ subsystem: '' }, 'subsystem must not be empty'],
    [{ operation: 5 }, 'operation must be a text'],
    [{ severity: 'fatal' }, 'severity must be one of critical, warning, info'],
    [{ agent_id: 1.5 }, 'agent_id must be a whole number'],
    [{ event_data: [] }, 'event_data must be an object'],
    [{ link: 'javascript:alert(1)' }, 'link must be an http or https address'],
    [{ id: 'k'.repeat(256) }, 'id must be a whole number, or a text of 1 to 255 characters'],
    [{ app: 'a'.repeat(256) }, 'app must have at most 255 characters'],
    [{ workspace_id: 'x' }, 'workspace_id: there is no such field'],
  ])('%j is refused: %s', async (fields, detail) => {
    expect(await errorOf({ ...EVENT, ...fields })).toBe(detail);
  });

  it('B22: data that are too large are left out and said to be; the event is kept', async () => {
    const schema = postedError([], CLOCK, DAY_MS);
    const value = { ...EVENT, event_data: { stack: 'x'.repeat(5000) } };
    expect(await checkItems([{ ok: true, value }], schema)).toMatchObject([
      { ok: true, item: { eventData: '{}' }, note: 'event_data is larger than 4096 bytes and was left out' },
    ]);
  });

  it.each([
    ['{"a":', '}'],
    ['[', ']'],
  ])(
    'B22: data are nested 50 levels deep at most, in %s%s, or refused in words: not every reader takes more',
    async (opening, closing) => {
      const nested = (levels: number) =>
        JSON.parse(`{"a":${opening.repeat(levels - 1)}${closing.repeat(levels - 1)}}`.replace('{"a":}', '{"a":1}'));
      expect(await errorOf({ ...EVENT, event_data: nested(50) })).toMatchObject({ subsystem: 'memory' });
      for (const levels of [51, 2000, 20_000]) {
        const detail = await errorOf({ ...EVENT, event_data: nested(levels) });
        expect(detail).toBe('event_data is nested more than 50 levels deep');
      }
    },
  );

  it('whatever is posted, it is kept or refused in words', async () => {
    const anything = fc.record(
      {
        subsystem: fc.anything(),
        operation: fc.string(),
        event_data: fc.jsonValue(),
        created_at: fc.anything(),
        id: fc.anything(),
        link: fc.string(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(anything, fc.jsonValue()), async (value) => {
        const [checked] = await checkItems([{ ok: true, value }], postedError([BURST], CLOCK, DAY_MS));
        if (checked?.ok === false) expect(checked.detail).not.toBe('');
        else expect(JSON.parse(checked?.item.eventData ?? '')).toBeTypeOf('object');
      }),
      { numRuns: 100 },
    );
  });
});

describe('a client that writes what it does not have as null', () => {
  it('is told nothing of data that were too large', async () => {
    const schema = postedError([], CLOCK, 90 * DAY_MS);
    const [error] = await checkItems([{ ok: true, value: { ...EVENT, event_data: null } }], schema);
    expect(error).toMatchObject({ ok: true, item: { eventData: '{}' }, note: null });
    const figure = { name: 'rate', subject: 'checkout', value: 1, details: null };
    const [measured] = await checkItems([{ ok: true, value: figure }], postedMeasurement(CLOCK, 90 * DAY_MS));
    expect(measured).toMatchObject({ ok: true, item: { details: '{}' }, note: null });
  });
});

describe('a measurement', () => {
  it.each([
    [
      { name: 'rate', subject: 'checkout', value: 0.2 },
      { at: NOW, environment: 'production', value: 0.2 },
    ],
    [{ name: 'rate', subject: 'checkout', value: -1, at: '2026-05-30T11:00:00' }, { at: NOW - 3_600_000 }],
  ])('%j is kept', async (value, kept) => {
    const [checked] = await checkItems([{ ok: true, value }], postedMeasurement(CLOCK, DAY_MS));
    expect(checked).toMatchObject({ ok: true, item: kept });
  });

  it('is refused without a number', async () => {
    const value = { name: 'rate', subject: 'checkout', value: '5' };
    const [checked] = await checkItems([{ ok: true, value }], postedMeasurement(CLOCK, DAY_MS));
    expect(checked).toEqual({ ok: false, detail: 'value must be a number' });
  });
});

describe('a body', () => {
  it.each([
    ['one object', '{"a":1}', false, [{ a: 1 }]],
    ['an array', '[{"a":1},{"a":2}]', false, [{ a: 1 }, { a: 2 }]],
    ['lines', '{"a":1}\n{"a":2}\r\n\n', true, [{ a: 1 }, { a: 2 }]],
    ['lines that nobody called so', '{"a":1}\n{"a":2}\n', false, [{ a: 1 }, { a: 2 }]],
    ['one line', '{"a":1}\n', true, [{ a: 1 }]],
    ['nothing in an array', '[]', false, []],
  ])('%s is read', (_, body, lines, values) => {
    expect(readItems(body, lines).map((item) => item.ok && item.value)).toEqual(values);
  });

  it('a line that is broken keeps out no other', () => {
    expect(readItems('{"a":1}\n{oops\n', false)).toMatchObject([{ ok: true }, { ok: false }]);
  });

  it.each([
    ['', false],
    ['{oops', false],
    ['{oops\n[', true],
    ['{\n"a": oops\n}', false],
  ])('%j is none', (body, lines) => {
    expect(() => readItems(body, lines)).toThrow(SyntaxError);
  });
});

describe('B20: a window as a dashboard asks for it', () => {
  it.each([
    ['24h', 86_400],
    ['7d', 604_800],
    ['2H', 7200],
    ['1D', 86_400],
    ['', 86_400],
    ['24m', 86_400],
    ['1.5h', 86_400],
    ['abc', 86_400],
    ['0h', 86_400],
    ['-1d', 86_400],
    ['800000d', 7_776_000],
    [`${'9'.repeat(400)}d`, 7_776_000],
  ])('%s is %i seconds', (text, seconds) => {
    expect(askedWindow(text, 90 * DAY_MS)).toBe(seconds * 1000);
  });
});
