import type { Clock } from '../domain/clock.ts';
import type { ErrorEvent, Measurement, Workspace } from '../domain/error-event.ts';
import type { SinkRule } from '../domain/sink-rule.ts';
import type { ErrorQueries, EventQuery, EventRecord } from '../ledger/errors/error-queries.ts';
import type { Page } from '../ledger/records.ts';
import { askedWindow } from './asked-window.ts';
import { type Checked, checkItems } from './check-items.ts';
import type { Intake } from './intake.ts';
import { postedError } from './posted-error.ts';
import { postedMeasurement } from './posted-measurement.ts';
import { readItems } from './read-items.ts';

/** What became of one item of a post. */
export interface ItemResult {
  readonly status: 'accepted' | 'duplicate' | 'refused';
  /** Why it was refused, or what of it was left out; null: nothing to say. */
  readonly detail: string | null;
}

/** How many errors a window has, by subsystem, the most first. */
export interface BySubsystem {
  readonly windowMs: number;
  readonly at: number;
  readonly total: number;
  readonly counts: readonly { readonly subsystem: string; readonly count: number }[];
}

/** The embedded error sink, for whoever was found to be one of its workspaces. */
export interface Sink {
  /**
   * Takes error events in; resolves once they are committed, with a result for each. Throws a SyntaxError for a body
   * that is no JSON, `IntakeFull`, and `StoreFailure`; nothing is kept then.
   */
  takeErrors(workspace: Workspace, body: string, lines: boolean): Promise<readonly ItemResult[]>;
  takeMeasurements(workspace: Workspace, body: string, lines: boolean): Promise<readonly ItemResult[]>;
  /** `window` as a dashboard asks for it. */
  bySubsystem(workspace: Workspace, window: string): Promise<BySubsystem>;
  events(workspace: Workspace, query: EventQuery): Promise<Page<EventRecord>>;
}

export interface SinkParts {
  readonly rules: readonly SinkRule[];
  readonly retentionMs: number;
  readonly intake: Pick<Intake, 'take'>;
  readonly queries: ErrorQueries;
  readonly clock: Pick<Clock, 'now'>;
}

export function openSink({ rules, retentionMs, intake, queries, clock }: SinkParts): Sink {
  const error = postedError(rules, clock, retentionMs);
  const measurement = postedMeasurement(clock, retentionMs);
  return {
    async takeErrors(workspace, body, lines) {
      const checked = await checkItems(readItems(body, lines), error);
      const events = valid(checked);
      if (events.length === 0) return resultsOf<ErrorEvent>(checked, new Set());
      return resultsOf(checked, await intake.take({ workspace, events, measurements: [] }));
    },
    async takeMeasurements(workspace, body, lines) {
      const checked = await checkItems(readItems(body, lines), measurement);
      const measurements = valid(checked);
      if (measurements.length > 0) await intake.take({ workspace, events: [], measurements });
      return resultsOf<Measurement>(checked, new Set(measurements.keys()));
    },
    async bySubsystem(workspace, window) {
      const at = clock.now();
      const windowMs = askedWindow(window, retentionMs);
      const found = await queries.bySubsystem(workspace.id, at - windowMs);
      const counts = [...found]
        .map(([subsystem, count]) => ({ subsystem, count }))
        .sort((a, b) => b.count - a.count || (a.subsystem < b.subsystem ? -1 : 1));
      return { windowMs, at, total: counts.reduce((sum, { count }) => sum + count, 0), counts };
    },
    events: (workspace, query) => queries.events(workspace.id, query),
  };
}

function valid<T>(checked: readonly Checked<T>[]): T[] {
  return checked.flatMap((one) => (one.ok ? one.item : []));
}

/** `fresh` has the places, among those that are valid, of what was new. */
function resultsOf<T>(checked: readonly Checked<T>[], fresh: ReadonlySet<number>): readonly ItemResult[] {
  let place = -1;
  return checked.map((one) => {
    if (!one.ok) return { status: 'refused', detail: one.detail };
    place += 1;
    return { status: fresh.has(place) ? 'accepted' : 'duplicate', detail: one.note };
  });
}
