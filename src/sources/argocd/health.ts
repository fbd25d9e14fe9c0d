import { hasEnded, type Tuple } from './application.ts';

/** How long after an operation's end health still shows what was before it (facts §3: as Kargo has it). */
const STALE_MS = 10_000;

/** The state of health last seen. */
export interface HealthMemory {
  readonly status: string;
  /** Milliseconds since the epoch: when it began, or, where the server does not tell, when it was first seen. */
  readonly since: number;
  /** What it means has been told. */
  readonly told: boolean;
  /** Degraded was told and Healthy was not. */
  readonly open: boolean;
}

/** What the state of health came to mean. `at` in milliseconds since the epoch. */
export type HealthFinding = { readonly kind: 'failure' | 'recovery'; readonly at: number };

export interface HealthSight {
  readonly status: string;
  /** 0: the server does not tell. */
  readonly since: number;
  /** The answer's time. */
  readonly date: number;
  readonly operation: Tuple | null;
  readonly deleting: boolean;
}

export interface HealthReading {
  /** The same object where nothing changed. */
  readonly memory: HealthMemory | null;
  readonly findings: readonly HealthFinding[];
}

/**
 * Goes on from the state last seen to the one seen now (counting.md §4). A state lasts until the next one seen begins.
 * Degraded means a failure, at its beginning, once it has stood `degradedForMs`; Healthy ends what Degraded opened.
 */
export function readHealth(memory: HealthMemory | null, sight: HealthSight, degradedForMs: number): HealthReading {
  if (sight.deleting || sight.status === '') return { memory, findings: [] };
  const findings: HealthFinding[] = [];
  let current = memory;
  if (memory === null || !isSame(memory, sight)) {
    // A list can be older than the GET before it.
    if (memory !== null && sight.since > 0 && sight.since < memory.since) return { memory, findings };
    const since = sight.since || sight.date;
    const over = memory === null ? null : judge(memory, since, degradedForMs, findings);
    current = { status: sight.status, since, told: false, open: over?.open ?? false };
  }
  if (current !== null) {
    // What is not believed of the last operation was so until that began: syncs that follow each other hide nothing.
    const sureUntil = isBelieved(current, sight) ? sight.date : (sight.operation?.startedAt ?? 0);
    if (sureUntil === sight.date || sureUntil > current.since)
      current = judge(current, sureUntil, degradedForMs, findings);
  }
  return { memory: current, findings };
}

function isSame(memory: HealthMemory, { status, since }: HealthSight): boolean {
  return memory.status === status && (since === 0 || since === memory.since);
}

/** Judges a state that has lasted until `until`. */
function judge(state: HealthMemory, until: number, degradedForMs: number, findings: HealthFinding[]): HealthMemory {
  if (state.told) return state;
  if (state.status === 'Degraded' && until - state.since >= degradedForMs) {
    findings.push({ kind: 'failure', at: state.since });
    return { ...state, told: true, open: true };
  }
  if (state.status === 'Healthy' && state.open) {
    findings.push({ kind: 'recovery', at: state.since });
    return { ...state, told: true, open: false };
  }
  return state;
}

/** Whether what lasts still tells of what the last operation deployed, and not of what was before it. */
export function isBelieved(
  { since }: Pick<HealthMemory, 'since'>,
  { since: told, date, operation }: Pick<HealthSight, 'since' | 'date' | 'operation'>,
): boolean {
  if (operation === null) return true;
  if (told > 0 && since > operation.startedAt) return true;
  return hasEnded(operation) && date - Math.max(operation.finishedAt, operation.startedAt) >= STALE_MS;
}
