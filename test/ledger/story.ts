import { expect } from 'vitest';
import type { Batch, Capabilities, Sighting } from '../../src/domain/batch.ts';
import type { FoundChange } from '../../src/domain/change.ts';
import type { Deployment, IncidentKind, TargetKey } from '../../src/domain/deployment.ts';
import type { Verdict } from '../../src/domain/override.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Changes } from '../../src/ledger/projection.ts';
import type { Metrics } from '../../src/metrics/metrics.ts';
import { rounded, slowWindow } from '../domain/slow-windows.ts';
import { FakeClock, open, page } from '../metrics/support.ts';
import type { Edge, Step } from './contract/definitions.ts';
import { Definitions, type History } from './definitions.ts';
import { degraded, healthy, withdrawn } from './health-support.ts';
import { ALL, ALL_DEPLOYMENTS, ALL_INCIDENTS, at, batch, failure, success, target } from './support.ts';

const WINDOWS = [
  { name: '2m', ms: 120_000 },
  { name: '50m', ms: 3_000_000 },
];
const LONGEST_MS = 3_000_000;
const MIN_SAMPLES = 3;
/** So much of the times that are told are half seconds. */
const ERRORS_WITHIN_MS = 30_500;
const DEGRADED_WITHIN_MS = 20_000;
export const EXPIRY_MS = 160_000;
const TARGETS = [target('web'), target('till'), target('web', 'cd')] as const;
const SINK = target('web', 'sink');
const NEVER = new AbortController().signal;
const ERRORS: Capabilities = { kinds: ['errors'], causes: [], rework: [] };

/**
 * A random history as it is told to a ledger, with all of it kept in plain lists: what the ledger, the page and a restart
 * say of windows is compared with what the definitions make of those lists.
 */
export class Story {
  readonly #ledger: Ledger;
  readonly #capabilities: Capabilities;
  readonly #clock = new FakeClock();
  readonly #metrics: Metrics;
  readonly #history = {
    deployments: [] as Deployment[],
    sightings: [] as Sighting[],
    words: [] as History['words'][number][],
    verdicts: new Map<string, Verdict | null>(),
    expiryMs: EXPIRY_MS,
  };
  readonly #leads: { readonly target: TargetKey; readonly at: number; readonly leadMs: number }[] = [];
  readonly #commits = new Set<string>();
  /** Deployments of a first read whose commits are to be looked up. */
  readonly #awaited = new Map<string, Deployment>();
  readonly #batches: Batch[] = [];
  readonly #taken = new Set<string>();
  readonly #begun = new Set<string>();
  /** Seconds of the story that its events begin at. */
  #base = 0;
  #names = 0;

  constructor(ledger: Ledger, capabilities: Capabilities) {
    this.#ledger = ledger;
    this.#capabilities = capabilities;
    this.#clock.at = at(700) + 77;
    this.#metrics = this.#open();
  }

  get #now(): number {
    return this.#clock.at;
  }

  async tell(steps: readonly Step[]): Promise<void> {
    this.#base = Math.max(0, Math.ceil((this.#now - at(700)) / 1000));
    this.#clock.at += this.#base === 0 ? 0 : 700_000;
    for (const step of steps) {
      this.#clock.at += 10_000;
      await this.#do(step);
    }
  }

  /** Time passes until an event stands at the edge of a window, if that is yet to come. */
  async waitFor({ which, window, beyond }: Edge): Promise<void> {
    const { deployments, sightings } = this.#history;
    const event = [...deployments, ...sightings][which % Math.max(1, deployments.length + sightings.length)];
    const due = (event?.at ?? 0) + (WINDOWS[window]?.ms ?? 0) + beyond;
    if (due <= this.#now) return;
    this.#clock.at = due;
    await this.check();
  }

  /** The retention takes what no window reaches back to. */
  async sweep(): Promise<void> {
    const before = this.#now - LONGEST_MS;
    await this.#ledger.sweep({ rows: before, errors: before }, NEVER, async (take) => {
      this.#apply({ targets: [], gone: [], counts: [], successes: [], windows: (await take()).windows });
    });
    await this.check();
  }

  /** Compares all that is told of windows with the definitions; the names of the families that were shown. */
  async check(): Promise<ReadonlySet<string>> {
    this.#apply(await this.#ledger.tick(this.#now));
    this.#metrics.advance(this.#now);
    const definitions = new Definitions(this.#history, this.#now);
    const expected: Record<string, number> = {};
    const known = new Map<TargetKey, Parameters<typeof slowWindow>[0]>();
    for (const key of TARGETS.filter((one) => this.#begun.has(nameOf(one)))) {
      const leads = this.#leads.filter((one) => nameOf(one.target) === nameOf(key));
      const awaited = [...this.#awaited.values()].filter((one) => nameOf(one.target) === nameOf(key));
      known.set(key, { ...definitions.of(key), leads, awaited: awaited.map((one) => one.at) });
    }
    for (const { name, ms } of WINDOWS) {
      for (const [key, rows] of known) {
        const keys = slowWindow(rows, this.#now, ms, MIN_SAMPLES);
        Object.assign(expected, linesOf(key, name, keys));
        const query = { ...ALL, ...key, after: this.#now - ms, until: this.#now, minSamples: MIN_SAMPLES };
        const [people] = (await this.#ledger.queries.keys(query)).items;
        expect(rounded(people?.keys)).toEqual(rounded(keys));
      }
      for (const [source, members] of Map.groupBy(known, ([key]) => key.source)) {
        const all = members.map(([, rows]) => rows);
        const together = {
          deployments: all.flatMap((rows) => rows.deployments),
          recoveries: all.flatMap((rows) => rows.recoveries),
          leads: all.flatMap((rows) => rows.leads),
          awaited: all.flatMap((rows) => rows.awaited ?? []),
        };
        const keys = slowWindow(together, this.#now, ms, MIN_SAMPLES);
        const labels = `source="${source}",team="shop",environment="production",window="${name}"`;
        Object.assign(expected, timesOf('dora_team_window_recovery_time_seconds', labels, keys.recovery));
        Object.assign(expected, timesOf('dora_team_window_lead_time_seconds', labels, keys.leadTime));
        const span = { after: this.#now - ms, until: this.#now, minSamples: MIN_SAMPLES };
        const [people] = (await this.#ledger.queries.keys({ ...ALL, source, team: 'shop', ...span })).items;
        expect(rounded(people?.keys)).toEqual(rounded(keys));
      }
    }
    const shown = windowLines(await page(this.#metrics));
    expect(shown).toEqual(expected);
    expect(windowLines(await page(await this.#restarted()))).toEqual(expected);
    return new Set(Object.keys(shown).map((line) => line.replace(/\{.*/, '')));
  }

  async #do(step: Step): Promise<void> {
    switch (step.do) {
      case 'tell': {
        const told = step.deployments.map((one) => this.#deployment(step.source, one));
        const seen = step.health.flatMap(({ kind, second, isOther }): Sighting[] => {
          const key = targetOf(step.source, isOther);
          const about = kind === 'withdrawn' ? 'deployment' : 'degraded';
          const make = { degraded, healthy, withdrawn }[kind as 'degraded'];
          return this.#isFree(key, about, second)
            ? [make(this.#base + second, { target: key, id: this.#name(), ...blaming(kind) })]
            : [];
        });
        await this.#record(step.source, told, seen);
        return;
      }
      case 'post': {
        const seen = step.errors.flatMap(({ kind, second }): Sighting[] => {
          if (!this.#isFree(SINK, 'errors', second)) return [];
          const more = { target: SINK, about: 'errors' as const, id: this.#name(), at: at(this.#base + second) + 500 };
          return [kind === 'above' ? degraded(0, { ...more, blameWithinMs: ERRORS_WITHIN_MS }) : healthy(0, more)];
        });
        await this.#record('sink', [], seen);
        return;
      }
      case 'again': {
        const known = this.#batches[step.which % Math.max(1, this.#batches.length)];
        if (known !== undefined) this.#apply((await this.#ledger.record({ ...known, now: this.#now })).changes);
        return;
      }
      case 'say': {
        const { items } = await this.#ledger.queries.deployments(ALL_DEPLOYMENTS);
        // Mostly of what is a change failure: there it matters most.
        const failed = items.filter(({ changeFailure }) => changeFailure !== null);
        const some = failed.length > 0 && step.which % 4 > 0 ? failed : items;
        const one = some[step.which % Math.max(1, some.length)];
        if (one === undefined) return;
        const verdict = step.verdict as Verdict | null;
        const said = { by: 'ann', reason: '', decidedAt: this.#now, deployment: one.id, verdict };
        const given = await this.#ledger.giveVerdict(said);
        if (given.kind === 'done') this.#apply(given.changes);
        this.#history.verdicts.set(one.upstreamId, verdict);
        return;
      }
      case 'resolve': {
        const { items } = await this.#ledger.queries.incidents({ ...ALL_INCIDENTS, state: 'open' });
        const one = items[step.which % Math.max(1, items.length)];
        if (one === undefined) return;
        const ended = this.#now - step.ago * 1000 + 48;
        const said = { by: 'ann', reason: '', decidedAt: this.#now + 100, incident: one.id, at: ended };
        const given = await this.#ledger.resolve(said);
        if (given.kind !== 'done') return;
        this.#apply(given.changes);
        this.#history.words.push({ target: { ...SINK, ...keyOf(one) }, about: one.kind as IncidentKind, at: ended });
        return;
      }
      case 'look': {
        for (let many = 0; many < step.many; many += 1) await this.#look(step.sha + many);
        return;
      }
      case 'tick':
        this.#apply(await this.#ledger.tick(this.#now));
    }
  }

  #deployment(source: string, told: Extract<Step, { do: 'tell' }>['deployments'][number]): Deployment {
    const { kind, second, startedBefore, number, identity, isOther } = told;
    const id = this.#name();
    const ended = at(this.#base + second) + (source === 'cd' ? 250 : 0);
    return (kind === 'failure' || kind === 'unknown beginning' ? failure : success)(0, {
      id,
      target: targetOf(source, isOther),
      at: ended,
      startedAt: ended - startedBefore * 1000,
      sequence: number * 1000 + this.#names,
      identity,
      rollback: kind === 'rollback',
      failuresSeen: kind !== 'unseen',
      beginningKnown: kind !== 'unknown beginning',
    });
  }

  async #record(source: string, deployments: readonly Deployment[], sightings: readonly Sighting[]): Promise<void> {
    const targets = new Map([...deployments, ...sightings].map((one) => [nameOf(one.target), one.target]));
    // A first read is one of a target that was not there.
    const isFirst = source !== 'sink' && [...targets.keys()].every((name) => !this.#begun.has(name));
    const told = batch(deployments, {
      source,
      sightings,
      now: this.#now,
      origin: isFirst ? 'backfill' : 'poll',
      capabilities: source === 'sink' ? ERRORS : this.#capabilities,
      targets: [...targets.values()].map((key) => ({ target: key, team: 'shop', observedSince: at(0), sighted: true })),
      ...(source === 'sink' ? {} : { commits: 'lookup' as const }),
    });
    for (const name of targets.keys()) this.#begun.add(name);
    this.#batches.push(told);
    this.#history.deployments.push(...deployments);
    this.#history.sightings.push(...sightings);
    for (const one of deployments)
      if (isFirst && one.outcome === 'success' && one.rollback !== true) this.#awaited.set(one.id, one);
    this.#apply((await this.#ledger.record(told)).changes);
  }

  /** The next lookup finds two commits and one that is not known; some the target has had, some are younger than it. */
  async #look(sha: number): Promise<void> {
    for (const source of ['ci', 'cd']) {
      const [next] = (await this.#ledger.lookups.due(source, this.#now, 1)).lookups;
      if (next === undefined) continue;
      const commits = [sha, sha + 1].map((number) => ({ sha: `c${number}`, committedAt: at(number * 60) }));
      const changes: FoundChange[] = commits.map((one) => ({
        ...one,
        known: true,
        repository: 'r',
        origin: 'compare',
      }));
      changes.push({ known: false, sha: '', repository: 'r', reason: 'over_limit', number: 2 });
      for (const { sha: name, committedAt } of commits) {
        const commit = `${nameOf(next.target)} ${name}`;
        if (!this.#commits.has(commit) && next.at >= committedAt)
          this.#leads.push({ target: next.target, at: next.at, leadMs: next.at - committedAt });
        this.#commits.add(commit);
      }
      this.#awaited.delete(next.upstreamId);
      this.#apply(await this.#ledger.recordChanges({ lookup: next.id, changes, now: this.#now }));
    }
  }

  /** Of one kind nothing is seen twice in a second: nobody defines which of two would come first. */
  #isFree(key: TargetKey, about: IncidentKind, second: number): boolean {
    const place = `${nameOf(key)} ${about} ${this.#base + second}`;
    if (this.#taken.has(place)) return false;
    this.#taken.add(place);
    return true;
  }

  #name(): string {
    this.#names += 1;
    return `event ${this.#names}`;
  }

  #apply(changes: Changes): void {
    this.#metrics.apply(changes);
  }

  #open(projections: Changes['targets'] = []): Metrics {
    const sources = ['ci', 'cd', 'sink'].map((name) => ({
      name,
      capabilities: name === 'sink' ? ERRORS : this.#capabilities,
      ignoredReasons: [],
    }));
    return open({ projections, sources, windows: WINDOWS, minSamples: MIN_SAMPLES, clock: this.#clock });
  }

  async #restarted(): Promise<Metrics> {
    const { targets } = await this.#ledger.snapshot();
    const metrics = this.#open(targets);
    for await (const rows of this.#ledger.windowRows(this.#now - LONGEST_MS)) metrics.takeRows(rows);
    metrics.advance(this.#now);
    return metrics;
  }
}

function blaming(kind: string): Pick<Sighting, 'blameWithinMs'> {
  return { blameWithinMs: kind === 'degraded' ? DEGRADED_WITHIN_MS : null };
}

function targetOf(source: string, isOther: boolean): TargetKey {
  return source === 'cd' ? TARGETS[2] : TARGETS[isOther ? 1 : 0];
}

function keyOf({ source, app, environment }: TargetKey): TargetKey {
  return { source, app, environment };
}

function nameOf({ source, app }: TargetKey): string {
  return `${source} ${app}`;
}

/** Samples of the families of windows, by name and labels; a cause that counts none is nothing to compare. */
function windowLines(body: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const line of body.split('\n')) {
    const [, sample = '', value = ''] = /^(dora_(?:team_)?window_[a-z_]+\{.*\}) (\S+)$/.exec(line) ?? [];
    const isNone = sample.startsWith('dora_window_change_failures') && value === '0';
    if (sample !== '' && !sample.includes('source="sink"') && !isNone) found[sample] = rounded(Number(value));
  }
  return found;
}

function linesOf(key: TargetKey, window: string, keys: ReturnType<typeof slowWindow>): Record<string, number> {
  const labels = `source="${key.source}",app="${key.app}",environment="production",team="shop",window="${window}"`;
  const one = (name: string, value: number | null) =>
    value === null ? {} : { [`${name}{${labels}}`]: rounded(value) };
  return {
    ...one('dora_window_deployments', keys.deployments),
    ...one('dora_window_ratio_deployments', keys.ratioDeployments),
    ...one('dora_window_change_failure_ratio', keys.changeFailureRatio),
    ...one('dora_window_rework_deployments', keys.rework),
    ...one('dora_window_recoveries', keys.recovery.count),
    ...one('dora_window_changes', keys.leadTime.count),
    ...Object.fromEntries(
      Object.entries(keys.changeFailures).map(([cause, count]) => [
        `dora_window_change_failures{${labels},cause="${cause}"}`,
        count,
      ]),
    ),
    ...timesOf('dora_window_recovery_time_seconds', labels, keys.recovery),
    ...timesOf('dora_window_lead_time_seconds', labels, keys.leadTime),
  };
}

function timesOf(
  name: string,
  labels: string,
  { mean, median, p90 }: ReturnType<typeof slowWindow>['recovery'],
): Record<string, number> {
  const stats = Object.entries({ mean, median, p90 });
  return Object.fromEntries(
    stats.flatMap(([stat, ms]) => (ms === null ? [] : [[`${name}{${labels},stat="${stat}"}`, rounded(ms / 1000)]])),
  );
}
