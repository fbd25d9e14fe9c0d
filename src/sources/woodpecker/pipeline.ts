/** A Woodpecker pipeline, the same for every version of the server. Times in milliseconds since the epoch. */
export interface Pipeline {
  readonly id: number;
  /** Per repository; used again after the newest pipeline was deleted. */
  readonly number: number;
  readonly event: string;
  readonly status: string;
  readonly created: number;
  /** 0 where the server does not tell, here and below. */
  readonly updated: number;
  readonly started: number;
  readonly finished: number;
  readonly branch: string;
  readonly commit: string;
  readonly deployTo: string;
  readonly deployTask: string;
  /** The server's version that made the row; empty on servers before 3.14. */
  readonly version: string;
  readonly canceled: CancelInfo;
  /** Null where a list left them out. */
  readonly workflows: readonly Workflow[] | null;
}

/** Who or what ended a pipeline before its time; means something only under `killed` and `canceled`. */
export interface CancelInfo {
  readonly byUser: boolean;
  readonly byStep: string;
  /** Number of the newer pipeline; 0 for none. */
  readonly supersededBy: number;
}

export interface Workflow {
  readonly name: string;
  readonly state: string;
  readonly error: string;
  readonly started: number;
  readonly finished: number;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly name: string;
  readonly state: string;
  readonly exitCode: number;
}

/** What the rules need to know of the repository that a pipeline ran in. */
export interface Repository {
  readonly id: number;
  readonly fullName: string;
  readonly owner: string;
  readonly name: string;
  readonly defaultBranch: string;
  /** Events whose newer pipeline cancels the older ones. */
  readonly cancelPrevious: readonly string[];
}

/** The upstream's identity of a row: ids are used again when a server is rebuilt (counting.md §2.1). */
export function rowId({ id, created }: { readonly id: number; readonly created: number }): string {
  return `${id}-${created / 1000}`;
}
