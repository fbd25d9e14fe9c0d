import { compareMoments, type Moment, momentOfSight } from './moment.ts';

/** What a fold feeds the machine, in the order of its moments. `ref` names the event for whoever reads the result. */
export type Signal =
  | {
      readonly kind: 'failure';
      readonly moment: Moment;
      readonly ref: string;
      readonly identity: string;
      readonly beginningKnown: boolean;
    }
  | { readonly kind: 'recovery'; readonly moment: Moment; readonly ref: string }
  /** A person ended it. */
  | { readonly kind: 'resolved'; readonly moment: Moment; readonly ref: string | null }
  /** The change was taken back and nothing had to be deployed. */
  | { readonly kind: 'withdrawn'; readonly moment: Moment; readonly ref: string | null }
  /** Killed, declined, skipped and the like: says nothing about the target. */
  | { readonly kind: 'neither'; readonly moment: Moment }
  /** The target is no longer listed, and `forget_after` has passed. */
  | { readonly kind: 'removed'; readonly moment: Moment }
  /** The target is listed again. */
  | { readonly kind: 'listed'; readonly moment: Moment }
  /** Time passes. */
  | { readonly kind: 'tick'; readonly moment: Moment };

/** A span in which a target is failing. */
export interface Incident {
  /** The failure that opened it: the first of the run. */
  readonly opened: Moment;
  readonly openedBy: string;
  /** False when history goes on before the first failure that we read: then no time can be told. */
  readonly beginningKnown: boolean;
  /** Length of the run of failures. */
  readonly failures: number;
  /** Identity of the latest failure of the run. */
  readonly failedIdentity: string;
}

export type State =
  | { readonly kind: 'healthy' }
  | { readonly kind: 'failing'; readonly incident: Incident }
  /** Its target is gone; the same incident goes on if the target comes back with no event between. */
  | { readonly kind: 'abandoned'; readonly incident: Incident };

export type CloseOutcome = 'recovered' | 'resolved' | 'withdrawn' | 'abandoned' | 'expired';

export type Effect =
  | { readonly kind: 'opened'; readonly incident: Incident }
  | { readonly kind: 'extended'; readonly incident: Incident }
  | { readonly kind: 'reopened'; readonly incident: Incident }
  | {
      readonly kind: 'closed';
      readonly incident: Incident;
      readonly outcome: CloseOutcome;
      readonly moment: Moment;
      readonly ref: string | null;
      /** Milliseconds from the opening failure; null when there is none to tell. */
      readonly recoveryMs: number | null;
    }
  /** An attempt to close that closed nothing. */
  | { readonly kind: 'refused'; readonly incident: Incident };

export interface Rules {
  /** An open incident older than this many milliseconds is closed as expired. */
  readonly expiryMs: number;
}

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

export const HEALTHY: State = { kind: 'healthy' };

/**
 * The incident machine of design.md §4, one target and kind: what a signal makes of a state.
 * Signals come in the order of their moments; `fold` sees to that.
 */
export function step(state: State, signal: Signal, rules: Rules): Step {
  if (state.kind === 'failing' && signal.moment.at > expiresAt(state.incident, rules)) {
    const after = stepInTime(HEALTHY, signal);
    return { state: after.state, effects: [expired(state.incident, rules), ...after.effects] };
  }
  if (state.kind === 'abandoned' && signal.moment.at > expiresAt(state.incident, rules))
    return stepInTime(HEALTHY, signal);
  return stepInTime(state, signal);
}

function stepInTime(state: State, signal: Signal): Step {
  switch (signal.kind) {
    case 'failure':
      return fail(state, signal);
    case 'recovery':
      return recover(state, signal);
    case 'resolved':
      // As with a recovery: whoever said it while the target was gone does not want the incident to go on.
      if (state.kind === 'abandoned') return { state: HEALTHY, effects: [] };
      return state.kind === 'failing' ? close(state.incident, signal.kind, signal.moment, signal.ref) : same(state);
    case 'withdrawn':
      return state.kind === 'failing' ? close(state.incident, signal.kind, signal.moment, signal.ref) : same(state);
    case 'removed':
      return abandon(state, signal.moment);
    case 'listed':
      return state.kind === 'abandoned'
        ? {
            state: { kind: 'failing', incident: state.incident },
            effects: [{ kind: 'reopened', incident: state.incident }],
          }
        : same(state);
    case 'neither':
    case 'tick':
      return same(state);
    default:
      return assertNever(signal);
  }
}

function fail(state: State, failure: Extract<Signal, { kind: 'failure' }>): Step {
  if (state.kind !== 'failing') {
    const incident: Incident = {
      opened: failure.moment,
      openedBy: failure.ref,
      beginningKnown: failure.beginningKnown,
      failures: 1,
      failedIdentity: failure.identity,
    };
    return { state: { kind: 'failing', incident }, effects: [{ kind: 'opened', incident }] };
  }
  const earlier = compareMoments(failure.moment, state.incident.opened) < 0;
  const incident: Incident = {
    ...state.incident,
    failures: state.incident.failures + 1,
    ...(earlier
      ? { opened: failure.moment, openedBy: failure.ref, beginningKnown: failure.beginningKnown }
      : { failedIdentity: failure.identity }),
  };
  return { state: { kind: 'failing', incident }, effects: [{ kind: 'extended', incident }] };
}

function recover(state: State, recovery: Extract<Signal, { kind: 'recovery' }>): Step {
  switch (state.kind) {
    case 'healthy':
    case 'abandoned':
      return { state: HEALTHY, effects: [] };
    case 'failing': {
      const { incident } = state;
      if (compareMoments(recovery.moment, incident.opened) <= 0)
        return { state, effects: [{ kind: 'refused', incident }] };
      return close(incident, 'recovered', recovery.moment, recovery.ref);
    }
    default:
      return assertNever(state);
  }
}

/** A person's word or a withdrawal can come with a clock of its own: a time before the failure closes in no time. */
function close(
  incident: Incident,
  outcome: 'recovered' | 'resolved' | 'withdrawn',
  moment: Moment,
  ref: string | null,
): Step {
  const recoveryMs = incident.beginningKnown ? Math.max(0, moment.at - incident.opened.at) : null;
  return {
    state: HEALTHY,
    effects: [{ kind: 'closed', incident, outcome, moment, ref, recoveryMs }],
  };
}

function abandon(state: State, moment: Moment): Step {
  if (state.kind !== 'failing') return same(state);
  const { incident } = state;
  return {
    state: { kind: 'abandoned', incident },
    effects: [{ kind: 'closed', incident, outcome: 'abandoned', moment, ref: null, recoveryMs: null }],
  };
}

function expired(incident: Incident, rules: Rules): Effect {
  const moment = momentOfSight(expiresAt(incident, rules));
  return { kind: 'closed', incident, outcome: 'expired', moment, ref: null, recoveryMs: null };
}

function expiresAt(incident: Incident, rules: Rules): number {
  return incident.opened.at + rules.expiryMs;
}

function same(state: State): Step {
  return { state, effects: [] };
}

function assertNever(value: never): never {
  throw new Error(`not a signal or state: ${JSON.stringify(value)}`);
}
