import { fold } from '../../../src/domain/fold.ts';
import { momentOfSight } from '../../../src/domain/moment.ts';
import { HEALTHY, type Signal } from '../../../src/domain/mttr.ts';
import { Desk, RECORDINGS, recording } from './support.ts';
import { answerOf, completed, type Holding, holding, type Json } from './support-server.ts';

export const CASES: readonly string[] = RECORDINGS.filter((name) => /^\d+-case-/.test(name)).map((name) =>
  name.replace(/\.json$/, ''),
);

/** A state of the application; `after` in seconds since the first. */
export interface Step {
  readonly after: number;
  readonly type: string;
  readonly application: Json;
}

/**
 * What comes of a case, as lines: deployments, incidents, what is ignored, gaps, removals. Every state is seen by one
 * poll or by two, or only the first and the last are.
 */
export async function outcomeOf(
  name: string,
  seen: 'every' | 'twice' | 'ends',
  degradedFor: string,
): Promise<readonly string[]> {
  const steps = stepsOf(name);
  const base = beginningOf(steps);
  const held = holding();
  const desk = new Desk(0, (url) => answerOf(held, url), { degraded_for: degradedFor });
  for (const [index, step] of steps.entries()) {
    if (seen === 'ends' && index > 0 && index < steps.length - 1) continue;
    desk.now = base + step.after * 1000;
    showStep(held, steps, index);
    for (let poll = 0; poll < (seen === 'twice' ? 2 : 1); poll += 1) {
      const end = await desk.cycle();
      if (!end.ok) throw new Error(`step ${index}: ${end.detail}`);
    }
  }
  return linesOf(desk);
}

export function stepsOf(name: string): readonly Step[] {
  return recording(name).steps;
}

/** Lets the server hold what it did at this step, and the events until then. */
export function showStep(held: Holding, steps: readonly Step[], index: number): void {
  const step = steps[index];
  if (step === undefined) throw new Error(`there is no step ${index}`);
  held.applications = step.type === 'DELETED' ? [] : [step.application];
  const { namespace, name } = step.application.metadata;
  held.events.set(`${namespace}/${name}`, eventsOf(steps.slice(0, index + 1)));
}

/** When the first step was, in ms: late enough that no step shows a time that is yet to come. */
export function beginningOf(steps: readonly Step[]): number {
  const beginnings = steps.flatMap(({ after, application: { metadata, status } }) =>
    [
      metadata.creationTimestamp,
      metadata.deletionTimestamp,
      status?.health?.lastTransitionTime,
      status?.operationState?.startedAt,
      status?.operationState?.finishedAt,
      ...(status?.history ?? []).map((entry: Json) => entry.deployedAt),
    ]
      .filter((time) => typeof time === 'string')
      .map((time) => Date.parse(time) - after * 1000),
  );
  return Math.max(...beginnings);
}

/** The events that the controller writes when an operation ends (facts §1; recordings 059 and 060). */
function eventsOf(steps: readonly Step[]): Json[] {
  const events = new Map<string, Json>();
  for (const { application } of steps) {
    const state = application.status?.operationState;
    if (state === undefined || !['Succeeded', 'Failed', 'Error'].includes(state.phase)) continue;
    const { sync } = state.operation;
    const whole = sync.resources === undefined ? 'Sync operation' : 'Partial sync operation';
    const to = state.syncResult === undefined ? '' : ` to ${state.syncResult.revision}`;
    const dry = sync.dryRun ? ' (dry run)' : '';
    const failed = state.phase !== 'Succeeded';
    const text = `${whole}${to}${dry} ${failed ? `failed: ${state.message}` : 'succeeded'}`;
    events.set(`${state.startedAt} ${to}`, completed(state.finishedAt, failed, text));
  }
  return [...events.values()];
}

export function linesOf(desk: Desk): readonly string[] {
  const deployments = desk.deployments.map((one) => {
    const whence = one.id.split('/')[3] === 'history' ? `history ${one.details['history_id']}` : one.id.split('/')[3];
    return `${one.outcome} ${clock(one.at)} ${whence}${one.rollback ? ' rollback' : ''}`;
  });
  const ignored = desk.ignored.map((text) => {
    const [, , , kind, rest = ''] = text.split('/');
    const [id, reason] = rest.split(' ');
    return `${reason} ${kind === 'history' ? `history ${id}` : `${kind} ${clock(Number(id) * 1000)}`}`;
  });
  const gaps = desk.gaps === 0 ? [] : [`gaps ${desk.gaps}`];
  return [...deployments, ...incidentsOf(desk), ...ignored, ...gaps, ...desk.listings];
}

/** What the incident machine makes of it. */
function incidentsOf(desk: Desk): readonly string[] {
  const attempts = desk.deployments.map((one): Signal => {
    const { id: ref, identity, beginningKnown } = one;
    const moment = { at: one.at, sequence: one.sequence, order: one.order };
    return one.outcome === 'failure'
      ? { kind: 'failure', moment, ref, identity, beginningKnown }
      : { kind: 'recovery', moment, ref };
  });
  const signals = { deployment: attempts, degraded: [] as Signal[] };
  for (const { id: ref, about, kind, at } of desk.sightings) {
    const moment = momentOfSight(at);
    if (about === 'deployment') signals.deployment.push({ kind: 'withdrawn', moment, ref });
    else if (kind === 'failure') signals.degraded.push({ kind, moment, ref, identity: '', beginningKnown: true });
    else signals.degraded.push({ kind: 'recovery', moment, ref });
  }
  return Object.entries(signals).flatMap(([kind, all]) => {
    const { state, effects } = fold(HEALTHY, all, { expiryMs: 1e12 });
    const over = effects.flatMap((effect) =>
      effect.kind === 'closed'
        ? [`${kind} incident ${clock(effect.incident.opened.at)} ${effect.outcome} ${clock(effect.moment.at)}`]
        : [],
    );
    return state.kind === 'failing' ? [...over, `${kind} incident ${clock(state.incident.opened.at)} open`] : over;
  });
}

function clock(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}
