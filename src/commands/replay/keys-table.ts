import { type KeyName, keyValues } from '../../domain/keys.ts';
import type { ReplayedKeys } from '../../domain/replayed-history.ts';
import type { Window } from '../../domain/windows.ts';
import { type Column, inSeconds, table } from '../explain/table.ts';

/** The keys of one target or team over one window. */
export interface KeysRow {
  readonly keys: ReplayedKeys;
  readonly frame: { readonly window: Window; readonly minSamples: number };
}

const NONE = '-';

/** One row for each; times are in seconds, and each number stands before how many samples it is taken over. */
export function keysTable(rows: readonly KeysRow[]): string {
  return rows.length === 0 ? 'no targets are listed\n' : table(COLUMNS, rows);
}

const COLUMNS: readonly Column<KeysRow>[] = [
  { title: 'source', cell: ({ keys }) => keys.source },
  { title: 'app', cell: ({ keys }) => keys.app ?? `all ${keys.targets} of the team` },
  { title: 'environment', cell: ({ keys }) => keys.environment },
  { title: 'team', cell: ({ keys }) => (keys.team === '' ? NONE : keys.team) },
  { title: 'window', right: true, cell: ({ frame }) => frame.window.name },
  ...number('deployments/day', 'deployment_frequency'),
  ...times('lead time', 'lead_time'),
  ...number('change failure ratio', 'change_failure_rate'),
  ...times('recovery time', 'recovery_time'),
  ...number('rework ratio', 'rework_rate'),
];

function keyOf({ keys, frame }: KeysRow, key: KeyName) {
  return keyValues(keys.keys, frame.window.ms, frame.minSamples)[key];
}

function number(title: string, key: KeyName): readonly Column<KeysRow>[] {
  const cell = (row: KeysRow) => rounded(keyOf(row, key).value);
  return [{ title, right: true, cell }, samples(key)];
}

function times(title: string, key: KeyName): readonly Column<KeysRow>[] {
  return [
    ...(['median', 'p90'] as const).map((statistic): Column<KeysRow> => {
      const cell = (row: KeysRow) => {
        const ms = keyOf(row, key).times?.[statistic] ?? null;
        return ms === null ? NONE : inSeconds(ms);
      };
      return { title: `${title} ${statistic}`, right: true, cell };
    }),
    samples(key),
  ];
}

function samples(key: KeyName): Column<KeysRow> {
  return { title: 'n', right: true, cell: (row) => String(keyOf(row, key).samples) };
}

function rounded(value: number | null): string {
  return value === null ? NONE : String(Number(value.toFixed(4)));
}
