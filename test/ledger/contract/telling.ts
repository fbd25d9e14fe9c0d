import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OutboxRow } from '../../../src/domain/transition.ts';
import type { OutboxFact } from '../../../src/ledger/outgoing.ts';
import { NAMED_ALERTS, type Told } from '../../../src/ledger/told.ts';
import { toldOf } from '../../notify/support.ts';
import { at, type OpenStore } from '../support.ts';

const NONE = new Map<string, unknown>();

function rowsOf(keys: number, ...about: (string | null)[]) {
  const row = fc.record({
    key: fc.nat(keys - 1).map((n) => `alert ${n}`),
    about: fc.constantFrom(...about),
    ends: fc.boolean(),
    severity: fc.constantFrom('critical' as const, 'warning' as const),
  });
  return fc.array(row, { minLength: 2, maxLength: 8 + 3 * keys });
}

const anyRows = fc.oneof(
  rowsOf(1, 'one'),
  rowsOf(2, 'one', 'another'),
  rowsOf(NAMED_ALERTS + 3, null, 'one', 'another', 'a third'),
);

export function tellingContract(open: OpenStore): void {
  test('whatever one message accounts for, what it tells is the same as of all its rows at once', async () => {
    let planned: readonly OutboxRow[] = [];
    await using store = await open({ plan: () => planned });
    const { messages } = store.ledger;
    let run = 0;

    /** Gives all rows one message, and returns them with what it tells. */
    async function tell(rows: readonly Pick<OutboxRow, 'key' | 'about' | 'ends' | 'severity'>[]) {
      run += 1;
      planned = rows.map((row) => ({
        ref: null,
        source: 'ci',
        room: 'warning',
        origin: `${run}`,
        payload: {},
        ...row,
      }));
      await messages.announce([], NONE, at(run));
      const facts: OutboxFact[] = [];
      let message = 0;
      const placed = () =>
        messages.place((row, { waiting }) => {
          message = waiting?.id ?? 0;
          const role = waiting === null ? 'first' : row.ends ? 'ends' : 'summed';
          facts.push({ ...row, role });
          return role === 'first' ? { role } : { role, message, editWithinMs: 0, editEveryMs: 0 };
        }, at(run));
      while ((await placed()).rows > 0);
      let told: Told | null = null;
      const word = (_: unknown, all: Told) => {
        told = all;
        return '{}';
      };
      const sealed = await messages.seal(message, 0, word, at(run));
      expect(sealed.first).toEqual({ ...facts[0], role: 'first' });
      return { facts, told };
    }

    await fc.assert(
      fc.asyncProperty(anyRows, async (rows) => {
        const { facts, told } = await tell(rows);
        expect(told).toEqual(toldOf(facts));
      }),
      { numRuns: 60 },
    );
    const many = await tell(
      Array.from({ length: 1200 }, () => ({ key: 'a', about: null, ends: false, severity: 'critical' })),
    );
    expect(many.told).toMatchObject({ rows: 1200, alerts: 1, named: [{ count: 1200 }] });
    expect((many.told as Told | null)?.refs.length).toBe(1000);
  });
}
