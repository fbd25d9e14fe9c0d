/** What the simulated sink stored: one error. */
export interface StoredError {
  readonly subsystem: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Null: it happened before a workspace was known, and no query shows it. */
  readonly workspace: string | null;
}

export interface ErrorSinkState {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly errors: StoredError[];
  /** Who may ask, and for which workspace: by the Bearer token, and by the API key. */
  readonly tokens: Map<string, string>;
  readonly apiKeys: Map<string, string>;
  /** Whether only people who administer the workspace see the errors: then every API key is refused. */
  isForAdminsOnly: boolean;
}

export function createState(now: () => number): ErrorSinkState {
  return { now, errors: [], tokens: new Map(), apiKeys: new Map(), isForAdminsOnly: false };
}

/** Stores so many errors of a subsystem. */
export function addErrors(
  state: ErrorSinkState,
  workspace: string,
  subsystem: string,
  count: number,
  at: number,
): void {
  for (let added = 0; added < count; added += 1) state.errors.push({ subsystem, workspace, at });
}
