import { expect, test } from 'vitest';
import type { Batch, Capabilities, Sighting } from '../../../src/domain/batch.ts';
import { at, batch, counted, type OpenStore, shown, WEB } from '../support.ts';

const ERRORS: Capabilities = { kinds: ['errors'], causes: [], rework: [], severities: ['critical', 'warning', 'info'] };

export function errorsContract(open: OpenStore): void {
  test('an errors incident whose only event above the threshold opened it recovers in no time', async () => {
    await using store = await open();
    const { transitions } = await store.ledger.record(errorsBatch([above(100), back(100)]));
    expect(transitions).toMatchObject([
      { kind: 'errors', operation: 'open', openedAt: at(100) },
      { kind: 'errors', operation: 'close', outcome: 'recovered', recoveryMs: 0 },
    ]);
    expect((await shown(store.ledger)).open).toEqual([]);
  });

  test('an event that made it known late moves the beginning of an errors incident back', async () => {
    await using store = await open();
    await store.ledger.record(errorsBatch([above(100)]));
    await store.ledger.record(errorsBatch([above(90), back(300)]));
    expect((await shown(store.ledger)).totals.recoveries.errors).toMatchObject({ count: 1, sumMs: 210_000 });
    expect(await counted(store.ledger, 'corrections')).toBe(0);
  });

  test('posted events are counted by severity, and make their target the more active', async () => {
    await using store = await open();
    const posted = { target: WEB, severity: 'warning', events: 3, latestAt: at(70) } as const;
    await store.ledger.record(errorsBatch([], { posted: [posted] }));
    await store.ledger.record(errorsBatch([], { posted: [{ ...posted, latestAt: at(50) }] }));
    await store.ledger.record(errorsBatch([], { posted: [{ ...posted, severity: 'critical', events: 1 }] }));
    const { totals, lastActiveAt } = await shown(store.ledger);
    expect(totals.errors).toEqual({ warning: 6, critical: 1 });
    expect(lastActiveAt).toBe(at(70));
  });
}

function above(second: number): Sighting {
  return sighting('failure', second);
}

function back(second: number): Sighting {
  return sighting('recovery', second);
}

function sighting(kind: Sighting['kind'], second: number): Sighting {
  const id = `${kind}@${second}`;
  return { id, target: WEB, about: 'errors', kind, at: at(second), blameWithinMs: null, details: {} };
}

function errorsBatch(sightings: readonly Sighting[], more: Partial<Batch> = {}): Batch {
  return batch([], {
    origin: 'ingest',
    capabilities: ERRORS,
    sightings,
    targets: [{ target: WEB, team: 'shop', observedSince: at(0), sighted: true }],
    ...more,
  });
}
