import { describe, expect, test } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { planned } from './planned.ts';
import { startChild } from './start-child.ts';
import { ALL_DEPLOYMENTS, shown } from './support.ts';

/** A place for a ledger that other processes can open, too. */
export interface SharedPlace extends AsyncDisposable {
  /** A file or a `postgres://` URL. */
  readonly where: string;
  /** Opens it here, as soon as a process that was killed has let go of it. */
  open(): Promise<Ledger>;
}

/** What a ledger must show of a process that was killed in the middle of its work. */
export function killedContract(name: string, openPlace: () => Promise<SharedPlace>): void {
  describe(`B8: kill -9 with the ledger on ${name}`, () => {
    test.each([3, 17, 40])(
      'after %i batches: what was acknowledged is there, and nothing is there twice',
      async (batches) => {
        await using place = await openPlace();
        await using child = startChild(place.where, 'record');
        await child.line(`recorded ${batches}`);
        await child.kill();
        const acknowledged = child.lines().filter((line) => line.startsWith('recorded')).length;

        const ledger = await place.open();
        const last = Number((await ledger.state('ci')).get('last'));
        expect(last).toBeGreaterThanOrEqual(acknowledged - 1);
        await expectOnce(ledger, last + 1);

        const again = planned().slice(0, last + 3);
        for (const one of again) await ledger.record(one);
        await expectOnce(ledger, again.length);
        await ledger.close();
      },
    );
  });
}

/** So many of the planned batches are there, all of each, once. */
export async function expectOnce(ledger: Ledger, batches: number): Promise<void> {
  expect((await shown(ledger)).totals).toMatchObject({
    deployments: { success: batches, failure: batches },
    recoveries: { deployment: { count: batches - 1, sumMs: (batches - 1) * 1000 } },
  });
  const { items } = await ledger.queries.deployments({ ...ALL_DEPLOYMENTS, limit: 5000 });
  expect(items).toHaveLength(2 * batches);
}
