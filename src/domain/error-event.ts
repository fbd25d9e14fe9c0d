import type { Capabilities } from './batch.ts';
import { SEVERITIES, type Severity } from './severity.ts';

/**
 * An error that an application posted to the embedded sink, as it is kept: texts within their limits, well-formed.
 * Null where the application did not say.
 */
export interface ErrorEvent {
  /** The application's own key: of those with the same one the first counts. */
  readonly id: string | null;
  readonly subsystem: string;
  readonly operation: string;
  readonly errorType: string | null;
  readonly errorMessage: string | null;
  readonly agentId: number | null;
  readonly actionName: string | null;
  /** A JSON object as text. */
  readonly eventData: string;
  readonly severity: Severity;
  readonly app: string;
  readonly environment: string;
  /** Who is told at most so often; null: the target itself. */
  readonly origin: string | null;
  /** Where a person sees more. */
  readonly link: string | null;
  /** When it happened, in milliseconds since the epoch. */
  readonly at: number;
}

/** A figure that an application computed itself. */
export interface Measurement {
  readonly name: string;
  /** What was measured: the app of an incident that it opens. */
  readonly subject: string;
  readonly environment: string;
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** A JSON object as text. */
  readonly details: string;
}

/** Whose errors they are: a source of its own by its name, which is also the team. */
export interface Workspace {
  /** A UUID: what the events are kept under. */
  readonly id: string;
  readonly name: string;
}

/** What a workspace can produce. What its incidents are to blame on was deployed by other sources. */
export const SINK_CAPABILITIES: Capabilities = { kinds: ['errors'], causes: [], rework: [], severities: SEVERITIES };
