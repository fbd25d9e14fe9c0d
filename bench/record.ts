import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { Batch } from '../src/domain/batch.ts';
import { openBenchLedger, story } from './ledger-story.ts';
import type { Row } from './row.ts';
import { measured } from './stall.ts';

const ROUNDS = 3;
const DEPLOYMENTS = 40_000;
const TARGETS = 1000;
const BATCH = 5000;

/**
 * Recording deployments in batches on SQLite, against bare inserts of the same rows by one prepared statement. Of some
 * rounds the best counts: what other programs of the machine take away is not the ledger's.
 */
export async function benchRecord(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dora-bench-'));
  try {
    const batches = [...story(DEPLOYMENTS * ROUNDS, TARGETS, BATCH)];
    const ledger = await openBenchLedger(join(folder, 'ledger.db'));
    const rounds: { bare: number; recorded: number; stallMs: number }[] = [];
    while (batches.length > 0) {
      const round = batches.splice(0, DEPLOYMENTS / BATCH);
      const bareMs = insertBare(join(folder, `bare-${rounds.length}.db`), round);
      const { tookMs, stallMs } = await measured(async () => {
        for (const batch of round) await ledger.record(batch);
      });
      rounds.push({ bare: rate(bareMs), recorded: rate(tookMs), stallMs });
    }
    await ledger.close();
    const bare = Math.max(...rounds.map((round) => round.bare));
    const recorded = Math.max(...rounds.map((round) => round.recorded));
    const stallMs = Math.min(...rounds.map((round) => round.stallMs));
    return [
      { name: 'bare inserts of deployments', figure: bare, unit: '/s', target: '-', ratio: null, ok: true },
      {
        name: 'recording deployments, 5,000 a batch over 1,000 targets',
        figure: recorded,
        unit: '/s',
        target: 'at least 50,000/s',
        ratio: recorded / bare,
        ok: recorded >= 50_000,
      },
      {
        name: 'recording deployments, longest stall',
        figure: stallMs,
        unit: 'ms',
        target: 'at most 10 ms',
        ratio: null,
        ok: stallMs <= 10,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function rate(ms: number): number {
  return Math.round(DEPLOYMENTS / (ms / 1000));
}

function insertBare(file: string, batches: readonly Batch[]): number {
  using database = new DatabaseSync(file);
  database.exec('pragma journal_mode = wal; pragma synchronous = full');
  database.exec(`create table deployments (id integer primary key autoincrement, source text, upstream_id text,
    target text, outcome text, at int, sequence int, ord int, duration_ms int, identity text, facts text,
    unique (source, upstream_id))`);
  const insert = database.prepare(`insert into deployments
    (source, upstream_id, target, outcome, at, sequence, ord, duration_ms, identity, facts)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const start = performance.now();
  for (const { deployments } of batches) {
    database.exec('begin');
    for (const {
      target,
      id,
      outcome,
      at,
      sequence,
      order,
      durationMs,
      identity,
      commit,
      link,
      rule,
      details,
    } of deployments) {
      const facts = JSON.stringify({ commit, link, rule, details });
      const row: SQLInputValue[] = [
        target.source,
        id,
        target.app,
        outcome,
        at,
        sequence,
        order,
        durationMs,
        identity,
        facts,
      ];
      insert.run(...row);
    }
    database.exec('commit');
  }
  return performance.now() - start;
}
