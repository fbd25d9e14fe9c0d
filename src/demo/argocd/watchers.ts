import type { Application } from './model.ts';
import type { ArgocdState } from './state.ts';

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** Somebody who has a stream open. */
export interface Watcher {
  onChange(type: ChangeType, app: Application): void;
  /** The stream ends: with an error that it still tells, or, with null, cut off. */
  onEnd(message: string | null): void;
}

/** Gives the application its next resource version and tells the streams of it. */
export function changed(state: ArgocdState, app: Application, type: ChangeType = 'MODIFIED'): void {
  state.lastResourceVersion += 1;
  app.metadata.resourceVersion = String(state.lastResourceVersion);
  if (type === 'MODIFIED') app.metadata.generation += 1;
  if (state.streamsDeaf) return;
  for (const watcher of state.watchers) watcher.onChange(type, app);
}

/** Ends all streams, as a server does that restarts: with an error in the stream, or, with null, without a word. */
export function endStreams(state: ArgocdState, message: string | null): void {
  for (const watcher of [...state.watchers]) watcher.onEnd(message);
}
