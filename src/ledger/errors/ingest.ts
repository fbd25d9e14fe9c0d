import type { Transaction } from 'kysely';
import type { Batch, PostedCount, TargetFacts } from '../../domain/batch.ts';
import { type TargetKey, targetId } from '../../domain/deployment.ts';
import { type ErrorEvent, type Measurement, SINK_CAPABILITIES, type Workspace } from '../../domain/error-event.ts';
import type { Rules } from '../../domain/mttr.ts';
import type { Posted } from '../../domain/news.ts';
import { postedForm } from '../../domain/posted-form.ts';
import type { SinkRule } from '../../domain/sink-rule.ts';
import type { Plan } from '../../domain/transition.ts';
import type { Changes } from '../projection.ts';
import { recordBatch } from '../record.ts';
import type { Tables } from '../tables.ts';
import { type StoredEvent, storeEvents } from './event-rows.ts';
import { type Findings, factsOf } from './findings.ts';
import { joined } from './joined.ts';
import type { EventSeries } from './nth-latest.ts';
import { settleSpans } from './settle.ts';
import { spansOfApps, updateSpans } from './spans.ts';
import { watchCounts } from './watch-counts.ts';
import { takeMeasurements, valueRulesFor } from './watch-values.ts';

/** What one application posted at once. */
export interface Post {
  readonly workspace: Workspace;
  readonly events: readonly ErrorEvent[];
  readonly measurements: readonly Measurement[];
}

export interface Ingested {
  readonly changes: Changes;
  /** For each post, in order: which of its events are new, by their place in it. */
  readonly fresh: readonly ReadonlySet<number>[];
}

/** What the rules of incidents, messages and the sink say. */
export interface IngestRules {
  readonly sink: readonly SinkRule[];
  readonly incidents: Rules;
  readonly plan: Plan;
  /** How long after a deployment errors are blamed on it, in milliseconds; null: nobody is. */
  readonly blameWithinMs: number | null;
}

/**
 * Takes posts in inside the caller's transaction: stores what is new, counts it, and lets the sink's rules look at it.
 * `now` in milliseconds since the epoch.
 */
export async function ingest(
  trx: Transaction<Tables>,
  posts: readonly Post[],
  rules: IngestRules,
  now: number,
): Promise<Ingested> {
  const fresh = new Set<ErrorEvent>();
  const changes: Changes[] = [];
  for (const ofWorkspace of Map.groupBy(posts, ({ workspace }) => workspace.id).values()) {
    const [first] = ofWorkspace;
    if (first === undefined) continue;
    const { workspace } = first;
    const events = ofWorkspace.flatMap((post) => post.events);
    const stored = await storeEvents(trx, workspace.id, events, now);
    for (const { event } of stored) fresh.add(event);
    const measurements = ofWorkspace.flatMap((post) => post.measurements);
    changes.push(await look(trx, workspace, stored, measurements, rules, now));
  }
  const places = posts.map(({ events }) => new Set(events.flatMap((event, place) => (fresh.has(event) ? place : []))));
  return { changes: joined(changes), fresh: places };
}

/** Counts one workspace's news, and lets the rules look at them. */
async function look(
  trx: Transaction<Tables>,
  workspace: Workspace,
  stored: readonly StoredEvent[],
  measurements: readonly Measurement[],
  rules: IngestRules,
  now: number,
): Promise<Changes> {
  const source = workspace.name;
  const findings: Findings = {
    sightings: [],
    news: stored.map((one) => newsOf(source, one)),
    blameWithinMs: rules.blameWithinMs,
  };
  const series = new Map<string, EventSeries & { readonly events: StoredEvent[] }>();
  for (const one of stored) {
    const { subsystem } = one.event;
    const target = targetOf(source, one.event);
    const key = JSON.stringify([subsystem, target.app, target.environment]);
    const found = series.get(key) ?? { workspace, target, subsystem, events: [] };
    series.set(key, found);
    found.events.push(one);
  }
  const apps = [...new Set(stored.map(({ event }) => event.app))];
  const earliest = Math.min(...stored.map(({ event }) => event.at));
  const spans = stored.length === 0 ? new Map() : await spansOfApps(trx, source, apps, earliest);
  const fresh = [...series.values()].map(({ events, ...one }) => ({
    series: one,
    fresh: events
      .map(({ number, event }) => ({ number, at: event.at }))
      .sort((a, b) => a.at - b.at || a.number - b.number),
  }));
  await updateSpans(trx, await watchCounts(trx, fresh, rules.sink, spans, findings));
  await takeMeasurements(trx, workspace, measurements, rules.sink, findings);
  await settleSpans(trx, now, () => findings, source);

  const watched = measurements.filter((one) => valueRulesFor(rules.sink, one).length > 0);
  const targets = [
    ...stored.map(({ event }) => targetOf(source, event)),
    ...watched.map(({ subject, environment }) => ({ source, app: subject, environment })),
    ...findings.sightings.map(({ target }) => target),
  ];
  const since = await knownSince(trx, source);
  const batch: Batch = {
    source,
    origin: 'ingest',
    now,
    capabilities: SINK_CAPABILITIES,
    deployments: [],
    sightings: findings.sightings,
    posted: countsOf(source, stored),
    ignored: [],
    targets: factsOfAll(targets, since ?? now),
    moves: [],
    listings: [],
    state: since === null ? new Map([[SINCE, now]]) : new Map(),
    gaps: 0,
    complete: false,
    news: findings.news,
  };
  return (await recordBatch(trx, batch, rules.plan, rules.incidents)).changes;
}

/** The key of a source's state: from when on its errors are known whole. */
const SINCE = 'observed_since';

async function knownSince(trx: Transaction<Tables>, source: string): Promise<number | null> {
  const row = await trx
    .selectFrom('collector_state')
    .select('value')
    .where('source', '=', source)
    .where('key', '=', SINCE)
    .executeTakeFirst();
  return row === undefined ? null : Number(row.value);
}

function factsOfAll(targets: readonly TargetKey[], since: number): TargetFacts[] {
  return [...new Map(targets.map((target) => [targetId(target), target])).values()].map((one) => factsOf(one, since));
}

function targetOf(source: string, { app, environment }: ErrorEvent): TargetKey {
  return { source, app, environment };
}

function countsOf(source: string, stored: readonly StoredEvent[]): PostedCount[] {
  const counts = new Map<string, PostedCount>();
  for (const { event } of stored) {
    const target = targetOf(source, event);
    const key = `${event.severity} ${targetId(target)}`;
    const { events, latestAt } = counts.get(key) ?? { events: 0, latestAt: 0 };
    const { severity, at } = event;
    counts.set(key, { target, severity, events: events + 1, latestAt: Math.max(latestAt, at) });
  }
  return [...counts.values()];
}

function newsOf(source: string, { number, event }: StoredEvent): Posted {
  return {
    kind: 'posted',
    id: `posted ${number}`,
    target: targetOf(source, event),
    severity: event.severity,
    at: event.at,
    operation: event.operation,
    errorType: event.errorType,
    message: event.errorMessage,
    origin: event.origin,
    form: postedForm(JSON.parse(event.eventData)),
  };
}
