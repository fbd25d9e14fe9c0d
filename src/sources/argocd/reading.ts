import type { IgnoredReason, Sighting } from '../../domain/batch.ts';
import type { Deployment } from '../../domain/deployment.ts';
import type { Application, ApplicationEvent } from './application.ts';
import type { Counted } from './counting-attempts.ts';
import type { ApplicationMemory } from './memory.ts';
import type { ArgocdSettings } from './settings.ts';

/** One read of an application. */
export interface Reading {
  readonly application: Application;
  /** Null: they were not needed. */
  readonly events: readonly ApplicationEvent[] | null;
  /** The answer's time, in milliseconds since the epoch. */
  readonly date: number;
  /** Its history begins with this read: what it lost before is no gap. */
  readonly firstSight: boolean;
  /** Another application was its target until now. */
  readonly tookOver: boolean;
  /** It was read because sync became Synced. */
  readonly becameSynced: boolean;
  readonly settings: ArgocdSettings;
}

/** What one look at an application found, and what to remember once it is recorded. */
export interface ApplicationNews {
  readonly deployments: readonly Deployment[];
  readonly ignored: readonly { readonly id: string; readonly reason: IgnoredReason }[];
  readonly sightings: readonly Sighting[];
  /** Known losses. */
  readonly gaps: number;
  readonly counted: Counted;
  readonly memory: ApplicationMemory;
}
