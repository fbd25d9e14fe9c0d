/** What changes when an operation does. Times in milliseconds since the epoch; 0 is unknown. */
export interface Tuple {
  readonly phase: string;
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** An application as the projected list shows it. */
export interface Listed {
  readonly name: string;
  readonly namespace: string;
  /** Milliseconds since the epoch; with the name it tells an application from one that was deleted. */
  readonly createdAt: number;
  /** When its deletion was asked for, in milliseconds since the epoch; 0: it was not. */
  readonly deletingSince: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly project: string;
  readonly destination: { readonly server: string; readonly namespace: string; readonly name: string };
  /** `status` is empty for an application that nobody has looked at; `since` is 0 on servers that do not tell. */
  readonly health: { readonly status: string; readonly since: number };
  /** Synced, OutOfSync, Unknown or empty. */
  readonly sync: string;
  /** Null: none since the last request. */
  readonly operation: Tuple | null;
}

/** An application as a GET shows it. */
export interface Application extends Listed {
  /** As written in the application. */
  readonly sources: readonly unknown[];
  /** Null: the server's default. */
  readonly historyLimit: number | null;
  /** What the application was last compared with: a branch's head, not what was deployed. */
  readonly comparedTo: readonly string[];
  readonly operation: Operation | null;
  /** Oldest first. */
  readonly history: readonly HistoryEntry[];
}

/** The last operation. */
export interface Operation extends Tuple {
  readonly message: string;
  readonly retryCount: number;
  readonly initiatedBy: string;
  readonly dryRun: boolean;
  /** Only some resources were to be synced. */
  readonly partial: boolean;
  /** More than 0: Argo CD undid a drift. */
  readonly autoHealAttempts: number;
  /** As events name it: of the result, empty with several sources and where there is no result. */
  readonly revision: string;
  /** Of the result, else as asked for. */
  readonly revisions: readonly string[];
  /** Of the result, else as asked for, else of the application. */
  readonly sources: readonly unknown[];
  /** Images that the result names. */
  readonly images: readonly string[];
}

/** A sync that succeeded. Times in milliseconds since the epoch; 0 is unknown. */
export interface HistoryEntry {
  readonly id: number;
  readonly deployedAt: number;
  readonly startedAt: number;
  readonly initiatedBy: string;
  readonly revisions: readonly string[];
  readonly sources: readonly unknown[];
}

/** A Kubernetes event of the application. `at` in milliseconds since the epoch. */
export interface ApplicationEvent {
  readonly at: number;
  readonly reason: string;
  readonly warning: boolean;
  readonly message: string;
}

/** Whether an operation is over. Running with a time of finishing is a retry that waits. */
export function hasEnded({ phase }: Tuple): boolean {
  return phase === 'Succeeded' || hasFailed({ phase });
}

export function hasFailed({ phase }: Pick<Tuple, 'phase'>): boolean {
  return phase === 'Failed' || phase === 'Error';
}

/** Where the server keeps the application: unique among those that live. */
export function placeOf({ namespace, name }: Pick<Listed, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

/** Names the application for ever: another one of the same name has another time of creation. */
export function applicationId(application: Pick<Listed, 'namespace' | 'name' | 'createdAt'>): string {
  return `${placeOf(application)}/${application.createdAt / 1000}`;
}
