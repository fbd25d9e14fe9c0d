import { type TargetKey, targetId } from './deployment.ts';
import { DeploymentTimeline } from './deployment-timeline.ts';
import { LeadTimeline } from './lead-timeline.ts';
import type { DeploymentEvent, IncidentEvent, LedgerEvent, TargetEvent } from './ledger-event.ts';
import { underVerdict, type Verdict } from './override.ts';
import type { Recovery } from './recovery-spans.ts';
import { isWithin, type Span, type WindowKeys, windowKeys } from './windows.ts';

/** The keys of one target, or of a team's listed targets of one source and environment together. */
export interface ReplayedKeys extends Pick<TargetKey, 'source' | 'environment'> {
  /** Null: a team's targets together. */
  readonly app: string | null;
  readonly team: string;
  readonly targets: number;
  /** From when on the history of all of them is known whole. */
  readonly observedSince: number;
  readonly keys: WindowKeys;
}

interface Target {
  readonly key: TargetKey;
  readonly facts: TargetEvent;
  /** Which export told of it. */
  readonly export: number;
  readonly exportedAt: number;
  readonly deployments: Map<string, DeploymentEvent>;
  /** What was said last of each. */
  readonly verdicts: Map<string, Verdict | null>;
  readonly incidents: Map<string, IncidentEvent>;
  readonly changes: Set<string>;
  readonly leads: LeadTimeline;
}

const WELL = ['recovered', 'resolved', 'withdrawn'];

/**
 * The history of targets, put together from what was exported of ledgers. What is told twice counts once, and of two
 * exports that know a target the later one is believed, and the other says nothing of it.
 */
export class ReplayedHistory {
  readonly #targets = new Map<string, Target>();
  #export = 0;
  #exportedAt = 0;

  /** Another export begins, made at this time. */
  begin(exportedAt: number): void {
    this.#export += 1;
    this.#exportedAt = exportedAt;
  }

  /** Takes an event in; a sentence where it does not fit what came before. */
  take(event: LedgerEvent): string | null {
    const id = targetId(event.target);
    const known = this.#targets.get(id);
    if (event.kind === 'target') {
      const isNews = known === undefined || (known.export !== this.#export && known.exportedAt < this.#exportedAt);
      if (isNews) this.#targets.set(id, this.#blank(event.target, event));
      return null;
    }
    if (known === undefined) return `no line before it tells of the target ${id}`;
    return known.export === this.#export ? add(known, event) : null;
  }

  /** Keys of each listed target, and then of each team, over a span. */
  *keys(span: Span, minSamples: number): Generator<ReplayedKeys> {
    const recoveries = this.#recoveries();
    const listed = [...this.#targets.values()].filter(({ facts }) => facts.listed);
    const over = (members: readonly Target[]) => {
      const timeline = new DeploymentTimeline();
      for (const member of members) addDeployments(timeline, member, span);
      const rows = {
        count: (asked: Span) => timeline.count(asked),
        recoveries: () => members.flatMap(({ key }) => recoveries.get(targetId(key)) ?? []),
        awaitsLeadTimes: ({ after }: Span) =>
          members.some(({ facts }) => (facts.leadTimesAwaitedUntil ?? Number.NEGATIVE_INFINITY) > after),
        leadTimes: (asked: Span) => members.flatMap(({ leads }) => leads.leadTimes(asked)),
      };
      return {
        targets: members.length,
        observedSince: Math.max(...members.map(({ facts }) => facts.observedSince)),
        keys: windowKeys(rows, span, minSamples),
      };
    };
    for (const target of listed) yield { ...target.key, team: target.facts.team, ...over([target]) };
    const inTeams = listed.filter(({ facts }) => facts.team !== '');
    const teams = Map.groupBy(inTeams, ({ key, facts }) => JSON.stringify([facts.team, key.source, key.environment]));
    for (const members of teams.values()) {
      for (const { key, facts } of members.slice(0, 1)) yield { ...key, app: null, team: facts.team, ...over(members) };
    }
  }

  #blank(key: TargetKey, facts: TargetEvent): Target {
    return {
      key,
      facts,
      export: this.#export,
      exportedAt: this.#exportedAt,
      deployments: new Map(),
      verdicts: new Map(),
      incidents: new Map(),
      changes: new Set(),
      leads: new LeadTimeline(),
    };
  }

  /** Recoveries by the target of the deployment to blame (counting.md §8). */
  #recoveries(): ReadonlyMap<string, readonly Recovery[]> {
    const found: { readonly culprit: string; readonly recovery: Recovery }[] = [];
    for (const { incidents } of this.#targets.values()) {
      for (const { blamed, outcome, closedAt, openedAt, recoveryMs } of incidents.values()) {
        if (blamed === null || outcome === null || closedAt === null || recoveryMs === null) continue;
        const culprit = targetId(blamed.target);
        const verdict = this.#targets.get(culprit)?.verdicts.get(blamed.id);
        if (!WELL.includes(outcome) || verdict === 'not_a_failure') continue;
        // A person's word can come with a time before the failure: it took no time then.
        const times = { openedAt: Math.min(openedAt, closedAt), closedAt };
        found.push({ culprit, recovery: { incident: found.length, deployment: blamed.id, ...times } });
      }
    }
    const byCulprit = Map.groupBy(found, ({ culprit }) => culprit);
    return new Map([...byCulprit].map(([culprit, all]) => [culprit, all.map(({ recovery }) => recovery)]));
  }
}

function add(
  { deployments, incidents, verdicts, changes, leads }: Target,
  event: Exclude<LedgerEvent, { kind: 'target' }>,
): string | null {
  switch (event.kind) {
    case 'deployment':
      deployments.set(event.id, event);
      return null;
    case 'incident':
      incidents.set(JSON.stringify([event.about, event.openedBy]), event);
      return null;
    case 'verdict':
      if (!deployments.has(event.deployment)) return `no line before it tells of the deployment "${event.deployment}"`;
      verdicts.set(event.deployment, event.verdict);
      return null;
    case 'change': {
      const change = JSON.stringify([event.deployment, event.repository, event.sha]);
      if (event.leadMs !== null && !changes.has(change)) leads.add({ at: event.at, leadMs: event.leadMs });
      changes.add(change);
      return null;
    }
    default:
      // The target was taken before, and of a resolution the incident says what came of it.
      return null;
  }
}

function addDeployments(timeline: DeploymentTimeline, { deployments, verdicts }: Target, span: Span): void {
  for (const { id, at, failuresSeen, changeFailure, rework } of deployments.values()) {
    if (!isWithin(at, span)) continue;
    const cause = underVerdict(changeFailure, verdicts.get(id) ?? null)?.cause ?? null;
    timeline.add({ at, failuresSeen, changeFailure: cause, isRework: rework !== null });
  }
}
