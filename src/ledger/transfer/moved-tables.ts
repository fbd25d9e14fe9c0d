import type { Tables } from '../tables.ts';

/** What belongs to a database and not to the record: which of the replicas that share it leads. */
type NotMoved = 'leadership';

export type MovedTable = Exclude<keyof Tables, NotMoved>;

/** The columns by which each table is read in one order in every store: unique together, and never null. */
const KEYS: Readonly<Record<MovedTable, readonly string[]>> = {
  targets: ['id'],
  deployments: ['id'],
  decided: ['source', 'upstream_id'],
  sightings: ['id'],
  marks: ['id'],
  incidents: ['id'],
  resolutions: ['id'],
  verdicts: ['id'],
  collectors: ['source'],
  collector_state: ['source', 'key'],
  source_counts: ['source', 'counter', 'labels'],
  error_events: ['id'],
  measurements: ['id'],
  error_spans: ['id'],
  outbox: ['id'],
  messages: ['id'],
  notifier_state: ['key'],
  notification_counts: ['counter', 'room', 'reason'],
  lookups: ['id'],
  changes: ['id'],
  commits: ['repository', 'ref'],
  inbox: ['id'],
};

/** A table as it is moved. */
export interface TableShape {
  readonly name: MovedTable;
  readonly key: readonly string[];
  /** In the order of their names, which is the same in every store. */
  readonly columns: readonly string[];
}

/** The tables that are moved, with the columns that there are. Throws when one is missing. */
export function shapesOf(
  tables: readonly { readonly name: string; readonly columns: readonly { readonly name: string }[] }[],
): readonly TableShape[] {
  return Object.entries(KEYS).map(([name, key]) => {
    const found = tables.find((table) => table.name === name);
    if (found === undefined) throw new Error(`it has no table ${name}`);
    return { name: name as MovedTable, key, columns: found.columns.map((column) => column.name).sort() };
  });
}

/** Its rows are numbered, and no number is used again. */
export function isNumbered({ key }: TableShape): boolean {
  return key[0] === 'id';
}
