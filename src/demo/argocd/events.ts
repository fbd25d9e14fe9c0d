import type { Application } from './model.ts';
import { stamp } from './stamp.ts';
import type { ArgocdState } from './state.ts';

/** How long Kubernetes keeps an event (`--event-ttl` of its API server). */
const KEPT_MS = 3_600_000;

/** An event about an application, in Kubernetes' own shape. */
export interface KubernetesEvent {
  readonly metadata: object;
  readonly involvedObject: object;
  readonly reason: string;
  readonly message: string;
  readonly source: { readonly component: string };
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly count: number;
  readonly type: 'Normal' | 'Warning';
  readonly eventTime: null;
}

export interface EventDraft {
  readonly reason: 'ResourceCreated' | 'ResourceUpdated' | 'OperationStarted' | 'OperationCompleted';
  readonly message: string;
  readonly type?: 'Normal' | 'Warning';
  /** Who did it; the controller, unless said. */
  readonly by?: string;
}

/** Writes an event down, at a moment in milliseconds since the epoch; those of the application that are too old go. */
export function addEvent(state: ArgocdState, app: Application, draft: EventDraft, at: number): void {
  const { metadata, spec } = app;
  const kept = eventsOf(state, app);
  state.lastResourceVersion += 1;
  state.lastUid += 1;
  kept.push({
    metadata: {
      // The real name ends in the moment, in nanoseconds and hexadecimal.
      name: `${metadata.name}.${(BigInt(at) * 1_000_000n + BigInt(state.lastUid)).toString(16)}`,
      namespace: metadata.namespace,
      uid: `00000000-0000-4000-9000-${String(state.lastUid).padStart(12, '0')}`,
      resourceVersion: String(state.lastResourceVersion),
      creationTimestamp: stamp(at),
      annotations: {
        'dest-namespace': spec.destination.namespace,
        'dest-server': spec.destination.server,
        user: draft.by,
      },
      managedFields: [{ manager: 'argocd-application-controller', operation: 'Update' }],
    },
    involvedObject: {
      kind: 'Application',
      namespace: metadata.namespace,
      name: metadata.name,
      uid: metadata.uid,
      apiVersion: 'argoproj.io/v1alpha1',
      resourceVersion: metadata.resourceVersion,
    },
    reason: draft.reason,
    message: draft.message,
    source: { component: draft.by === undefined ? 'argocd-application-controller' : 'argocd-server' },
    firstTimestamp: stamp(at),
    lastTimestamp: stamp(at),
    count: 1,
    type: draft.type ?? 'Normal',
    eventTime: null,
  });
  state.events.set(metadata.uid, kept);
}

/** The events of this very application, not of one of its name before it, that Kubernetes still has, oldest first. */
export function eventsOf(state: ArgocdState, app: Application): KubernetesEvent[] {
  const all = state.events.get(app.metadata.uid) ?? [];
  const oldest = state.now() - KEPT_MS;
  return all.filter((event) => Date.parse(event.lastTimestamp) > oldest);
}

/** Kubernetes forgets all events of an application before their time. */
export function forgetEvents(state: ArgocdState, app: Application): void {
  state.events.delete(app.metadata.uid);
}
