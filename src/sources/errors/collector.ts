import type { Batch, Sighting } from '../../domain/batch.ts';
import type { Clock } from '../../domain/clock.ts';
import { targetId } from '../../domain/deployment.ts';
import type { Observe } from '../../domain/observation.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import { type End, failed, orStoreFailure } from '../end.ts';
import type { Inbox } from '../inbox.ts';
import { Missing } from '../missing.ts';
import { countsOver } from './api.ts';
import { CAPABILITIES } from './capabilities.ts';
import { type Group, groupByTarget } from './group.ts';
import type { ErrorsSettings } from './settings.ts';
import { type TargetMemory, watch } from './watch.ts';
import { windowText } from './window-text.ts';

export interface CollectorOptions {
  readonly settings: ErrorsSettings;
  readonly upstream: Upstream;
  readonly inbox: Inbox;
  /** Milliseconds after which a target that is gone is forgotten. */
  readonly retentionMs: number;
  /** Milliseconds after a deployment in which errors are blamed on it. */
  readonly attributionWindowMs: number;
  readonly clock: Clock;
  readonly observe: Observe;
}

/** Polls one error sink (counting.md §9): a gauge over one window, incidents over another. */
export class ErrorsCollector {
  readonly #options: CollectorOptions;
  readonly #missing: Missing;
  /** As committed, by `targetId`. */
  #memory: Map<string, TargetMemory> | null = null;
  /** When the sink counted last, in milliseconds since the epoch: a cache that answers late does not go back. */
  #countedAt = 0;

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#missing = new Missing(options.settings.forgetAfterMs);
  }

  async poll(signal: AbortSignal): Promise<End> {
    return await orStoreFailure(() => this.#poll(signal));
  }

  async stamp(): Promise<End> {
    return await orStoreFailure(async () => {
      await this.#options.inbox.record(this.#batch({ complete: true }));
      return { ok: true };
    });
  }

  async #poll(signal: AbortSignal): Promise<End> {
    const { settings, upstream, observe } = this.#options;
    const { windowMs, incidentWindowMs } = settings;
    const shown = await countsOver(upstream, windowMs, signal);
    if (!shown.ok) return failed(shown.failure, false);
    const judged = incidentWindowMs === windowMs ? shown : await countsOver(upstream, incidentWindowMs, signal);
    if (!judged.ok) return failed(judged.failure, false);

    const memory = await this.#load();
    const gauge = groupByTarget(shown.value.bySubsystem, settings);
    this.#countedAt = Math.max(this.#countedAt, judged.value.at);
    await this.#judge(memory, gauge, groupByTarget(judged.value.bySubsystem, settings), this.#countedAt);
    observe({ kind: 'listed', source: settings.name, targets: shown.value.bySubsystem.size });
    observe({
      kind: 'errors_in_window',
      source: settings.name,
      window: windowText(windowMs),
      targets: [...gauge.values()].map(({ target, events }) => ({ ...target, events })),
    });
    return { ok: true };
  }

  /** Looks at every target that is listed or remembered; what is not listed counts 0. */
  async #judge(
    memory: Map<string, TargetMemory>,
    shown: ReadonlyMap<string, Group>,
    judged: ReadonlyMap<string, Group>,
    at: number,
  ): Promise<void> {
    const { settings, inbox, retentionMs, attributionWindowMs } = this.#options;
    const rules = {
      holdMs: settings.holdMs,
      window: windowText(settings.incidentWindowMs),
      blameWithinMs: attributionWindowMs,
    };
    const listed = new Map([...shown, ...judged]);
    const after = new Map<string, TargetMemory | null>();
    const sightings: Sighting[] = [];
    const listings: Batch['listings'][number][] = [];
    for (const id of new Set([...memory.keys(), ...listed.keys()])) {
      const group = listed.get(id);
      const before = memory.get(id) ?? (group === undefined ? null : blank(group, at));
      if (before === null) continue;
      const seen = watch(before, judged.get(id)?.above ?? null, at, rules);
      const goneAt = this.#goneAt(id, before, group !== undefined, at);
      if ((goneAt === null) !== (before.goneAt === null))
        listings.push({ target: before.target, change: goneAt === null ? 'listed' : 'removed' });
      sightings.push(...seen.sightings);
      const isForgotten = goneAt !== null && at - goneAt > retentionMs;
      const now = { ...before, team: group?.team ?? before.team, open: seen.open, goneAt };
      if (isForgotten) after.set(id, null);
      else if (!isSame(memory.get(id), now)) after.set(id, now);
    }
    if (after.size === 0) return;
    const facts = [...after.values()].filter((one) => one !== null && one.goneAt === null) as TargetMemory[];
    await inbox.record(
      this.#batch({
        sightings,
        listings,
        targets: facts.map(({ target, team, observedSince }) => ({ target, team, observedSince, sighted: true })),
        state: new Map([...after].map(([id, one]) => [`target:${id}`, one])),
      }),
    );
    for (const [id, one] of after) {
      if (one === null) memory.delete(id);
      else memory.set(id, one);
    }
  }

  #goneAt(id: string, before: TargetMemory, isListed: boolean, at: number): number | null {
    if (isListed) {
      this.#missing.found(id);
      return null;
    }
    if (before.goneAt !== null) return before.goneAt;
    return this.#missing.isOverdue(id, this.#options.clock.monotonic()) ? at : null;
  }

  #batch(what: Partial<Batch>): Batch {
    return {
      source: this.#options.settings.name,
      origin: 'poll',
      now: this.#options.clock.now(),
      capabilities: CAPABILITIES,
      deployments: [],
      ignored: [],
      targets: [],
      moves: [],
      listings: [],
      state: new Map(),
      gaps: 0,
      complete: false,
      ...what,
    };
  }

  async #load(): Promise<Map<string, TargetMemory>> {
    if (this.#memory === null) {
      const memories = [...(await this.#options.inbox.state()).values()] as TargetMemory[];
      this.#memory = new Map(memories.map((one) => [targetId(one.target), one]));
    }
    return this.#memory;
  }
}

function blank({ target, team }: Group, at: number): TargetMemory {
  return { target, team, observedSince: at, open: null, goneAt: null };
}

function isSame(before: TargetMemory | undefined, now: TargetMemory): boolean {
  return (
    before !== undefined &&
    before.team === now.team &&
    before.goneAt === now.goneAt &&
    before.open?.since === now.open?.since &&
    before.open?.lastAbove === now.open?.lastAbove
  );
}
