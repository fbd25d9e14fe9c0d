import { vi } from 'vitest';
import { DeploymentTimeline } from '../../src/domain/deployment-timeline.ts';
import type { KnownTarget } from '../../src/domain/known-target.ts';
import { LeadTimeline } from '../../src/domain/lead-timeline.ts';
import type { AppParts } from '../../src/http/app.ts';
import { createApp } from '../../src/http/app.ts';
import { Passwords } from '../../src/http/passwords.ts';
import type { Answer, Board, Exposition, Life, Overrides, Records, Scrape } from '../../src/http/ports.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { NO_WEB_CONFIGURATION } from '../../src/http/web-configuration.ts';
import type { KeysRecord } from '../../src/ledger/key-records.ts';
import type {
  CollectorRecord,
  DeploymentBrief,
  DeploymentRecord,
  IncidentRecord,
  LatestDeployment,
  NotCountedRecord,
  NotificationRecord,
  NotifierRecord,
  Page,
  TargetRecord,
} from '../../src/ledger/records.ts';
import type { Sink } from '../../src/sink/sink.ts';

/** Waits until `check` passes, on a busy machine too. */
export function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 4000, interval: 5 });
}

/** 2026-01-31T12:00:00Z. */
export const NOW = 1_769_860_800_000;
const MINUTE = 60_000;

/** The windows that are configured where nothing is said. */
export const WINDOWS = [7, 30, 90].map((days) => ({ name: `${days}d`, ms: days * 86_400_000 }));

export const TARGET: TargetRecord = {
  id: 7,
  source: 'ci',
  app: 'shop/web',
  environment: 'production',
  team: 'shop',
  observedSince: NOW - 5000 * MINUTE,
  lastActiveAt: NOW - MINUTE,
  lastSuccessAt: NOW - MINUTE,
  failureAt: NOW - 6 * MINUTE,
  recoveryAt: null,
  open: [
    { kind: 'deployment', since: NOW - 6 * MINUTE },
    { kind: 'degraded', since: null },
  ],
  deployments: { success: 12, failure: 3 },
  removedAt: null,
};

export const FAILED: DeploymentBrief = {
  id: 41,
  number: 17,
  outcome: 'failure',
  finishedAt: NOW - 6 * MINUTE,
  rule: 'the pipeline ended as failure',
  link: 'https://ci.example.org/repos/1/pipeline/17',
  details: { event: 'push', exit_code: 2 },
};

export const REPAIRED: DeploymentBrief = {
  ...FAILED,
  id: 43,
  number: 19,
  outcome: 'success',
  finishedAt: NOW - MINUTE,
};

export const DEPLOYMENT: DeploymentRecord = {
  ...FAILED,
  upstreamId: '901:1769860440',
  source: 'ci',
  app: 'shop/web',
  environment: 'production',
  team: 'shop',
  durationMs: 90_500,
  commit: 'abc123',
  recordedAt: NOW - 5 * MINUTE,
  changeFailure: 'deployment',
  changeFailureWhy: 'it failed',
  verdict: null,
  verdicts: [],
  rework: null,
  delivery: 'nothing',
  changes: [],
  incidentId: 3,
  role: 'opened',
};

export const OPEN: IncidentRecord = {
  id: 3,
  kind: 'deployment',
  source: 'ci',
  app: 'shop/web',
  environment: 'production',
  team: 'shop',
  state: 'open',
  openedAt: NOW - 6 * MINUTE,
  beginningKnown: true,
  closedAt: null,
  recoveryMs: null,
  failures: 2,
  openedBy: FAILED,
  run: [FAILED, { ...FAILED, id: 42, number: 18, finishedAt: NOW - 4 * MINUTE }],
  closedBy: null,
  resolution: null,
  sightings: [],
  attributedTo: null,
};

export const CLOSED: IncidentRecord = {
  ...OPEN,
  state: 'recovered',
  closedAt: NOW - MINUTE,
  recoveryMs: 5 * MINUTE,
  closedBy: REPAIRED,
};

export const COLLECTOR: CollectorRecord = {
  source: 'ci',
  type: 'woodpecker',
  up: false,
  lastSuccessAt: NOW - 10 * MINUTE,
  lastPollAt: NOW - 1000,
  lastFailure: { reason: 'bad_response', detail: 'HTML with status 200', at: NOW - 1000 },
  targets: 4,
  backfill: { pending: 3, done: 9 },
};

/** Two deployments, of which one failed and was mended within 5 min. */
export const KEYS: KeysRecord = {
  source: 'ci',
  app: 'shop/web',
  environment: 'production',
  team: 'shop',
  targets: 1,
  observedSince: NOW - 90 * 86_400_000,
  keys: {
    deployments: 2,
    ratioDeployments: 2,
    changeFailures: { deployment: 1 },
    changeFailureRatio: null,
    rework: 1,
    reworkRatio: null,
    recovery: { count: 1, mean: 300_000, median: 300_000, p90: 300_000 },
    leadTime: { count: 0, mean: null, median: null, p90: null },
    awaitsLeadTimes: false,
  },
  deployments: [
    {
      id: 42,
      app: 'shop/web',
      number: 18,
      outcome: 'success',
      finishedAt: NOW - MINUTE,
      failuresSeen: true,
      changeFailure: null,
      changeFailureWhy: null,
      rework: 'deployment',
    },
    {
      id: 41,
      app: 'shop/web',
      number: 17,
      outcome: 'failure',
      finishedAt: NOW - 6 * MINUTE,
      failuresSeen: true,
      changeFailure: 'deployment',
      changeFailureWhy: 'it failed',
      rework: null,
    },
  ],
  spans: [
    {
      app: 'shop/web',
      deployment: { id: 41, number: 17 },
      openedAt: NOW - 6 * MINUTE,
      closedAt: NOW - MINUTE,
      incidents: [5],
    },
  ],
  changes: [],
};

/** Answers every call with one record, and remembers what it was asked. */
const NOTIFICATION: NotificationRecord = {
  id: 5,
  room: 'critical',
  kind: 'message',
  about: null,
  state: 'delivered',
  createdAt: NOW - MINUTE,
  deliveredAt: NOW,
  roomId: '!room',
  eventId: '$event',
  parked: null,
  text: '🚨 shop/web: deployment to production FAILED',
  facts: [
    { id: 'f1', source: 'ci', severity: 'critical', role: 'first', decidedAt: NOW - MINUTE, about: 'incident 3' },
  ],
};

export class FakeRecords implements Records {
  readonly asked: unknown[] = [];
  next: string | null = null;
  failure: Error | null = null;
  collectorList: readonly CollectorRecord[] = [COLLECTOR, { ...COLLECTOR, source: 'cd' }];
  openIncidents: readonly IncidentRecord[] = [OPEN];

  targets(query: unknown): Promise<Page<TargetRecord>> {
    return this.#page(query, [TARGET]);
  }

  keys(query: unknown): Promise<Page<KeysRecord>> {
    return this.#page(query, [KEYS]);
  }

  deployments(query: unknown): Promise<Page<DeploymentRecord>> {
    return this.#page(query, [DEPLOYMENT]);
  }

  incidents(query: unknown): Promise<Page<IncidentRecord>> {
    return this.#page(query, this.openIncidents);
  }

  notifications(query: unknown): Promise<Page<NotificationRecord>> {
    return this.#page(query, [NOTIFICATION]);
  }

  history(query: unknown): Promise<Page<DeploymentRecord>> {
    return this.#page(query, [DEPLOYMENT]);
  }

  async latest(query: unknown): Promise<readonly LatestDeployment[]> {
    return (await this.#page(query, [DEPLOYMENT])).items;
  }

  async collectors(): Promise<readonly CollectorRecord[]> {
    if (this.failure !== null) throw this.failure;
    return this.collectorList;
  }

  async deployment(id: number): Promise<DeploymentRecord | null> {
    if (this.failure !== null) throw this.failure;
    this.asked.push(id);
    return id === DEPLOYMENT.id ? DEPLOYMENT : null;
  }

  async incident(id: number): Promise<IncidentRecord | null> {
    if (this.failure !== null) throw this.failure;
    this.asked.push(id);
    return id === CLOSED.id ? CLOSED : null;
  }

  async #page<T>(query: unknown, items: readonly T[]): Promise<Page<T>> {
    if (this.failure !== null) throw this.failure;
    this.asked.push(query);
    return { items, next: this.next };
  }
}

/** A target whose rows lie `daysAgo`; every other deployment failed and was mended in 5 min, unless `failures` is false. */
export function knownTarget(
  parts: Partial<KnownTarget> = {},
  { daysAgo = [1, 2, 3], failures = true }: { readonly daysAgo?: readonly number[]; readonly failures?: boolean } = {},
): KnownTarget {
  const deployments = new DeploymentTimeline();
  const leads = new LeadTimeline();
  const recoveries = daysAgo.flatMap((days, place) => {
    const at = NOW - days * 86_400_000;
    const failed = failures && place % 2 === 0;
    deployments.add({ at, failuresSeen: true, changeFailure: failed ? 'deployment' : null, isRework: false });
    if (!failed) leads.add({ at, leadMs: 60 * MINUTE });
    return failed ? [{ incident: place, deployment: String(place), openedAt: at, closedAt: at + 5 * MINUTE }] : [];
  });
  return {
    ...{ id: 7, source: 'ci', app: 'shop/web', environment: 'production', team: 'shop' },
    observedSince: NOW - 400 * 86_400_000,
    latestAt: NOW - Math.min(...daysAgo) * 86_400_000,
    open: [],
    isDropped: false,
    rows: {
      count: (span) => deployments.count(span),
      recoveries: () => recoveries,
      leadTimes: (span) => leads.leadTimes(span),
      awaitsLeadTimes: () => false,
    },
    ...parts,
  };
}

/** What the process knows without the ledger. */
export class FakeBoard implements Board {
  targetList: readonly KnownTarget[] = [knownTarget({ open: [{ kind: 'deployment', since: NOW - 6 * MINUTE }] })];
  collectorList: readonly CollectorRecord[] = [COLLECTOR];
  notCountedList: readonly NotCountedRecord[] = [];
  notifierRecord: NotifierRecord | null = null;
  failure: { readonly detail: string } | null = null;
  workspaces: readonly string[] = [];
  isLeader = true;
  looks = 0;

  async look(): Promise<void> {
    this.looks += 1;
  }

  leads(): boolean {
    return this.isLeader;
  }

  targets(): readonly KnownTarget[] {
    return this.targetList;
  }

  collectors(): readonly CollectorRecord[] {
    return this.collectorList;
  }

  notCounted(): readonly NotCountedRecord[] {
    return this.notCountedList;
  }

  notifier(): NotifierRecord | null {
    return this.notifierRecord;
  }

  storeFailure(): { readonly detail: string } | null {
    return this.failure;
  }
}

/** Knows one record of each kind, and remembers what was said of them. */
export class FakeOverrides implements Overrides {
  readonly said: object[] = [];
  failure: Error | null = null;
  refusal: { readonly field: string; readonly why: string } | null = null;

  resolve(said: Parameters<Overrides['resolve']>[0]): Promise<Answer<IncidentRecord>> {
    return this.#answer(said, said.incident, CLOSED);
  }

  reopen(said: Parameters<Overrides['reopen']>[0]): Promise<Answer<IncidentRecord>> {
    return this.#answer(said, said.incident, OPEN);
  }

  giveVerdict(said: Parameters<Overrides['giveVerdict']>[0]): Promise<Answer<DeploymentRecord>> {
    return this.#answer(said, said.deployment, DEPLOYMENT);
  }

  async #answer<R extends { readonly id: number }>(said: object, id: number, record: R): Promise<Answer<R>> {
    if (this.failure !== null) throw this.failure;
    this.said.push(said);
    if (this.refusal !== null) return { kind: 'refused', ...this.refusal };
    return id === record.id ? { kind: 'done', record } : { kind: 'unknown' };
  }
}

/** Serves whatever `answer` gives, and counts what reached a client whole. */
export class FakeExposition implements Exposition {
  readonly asked: Parameters<Exposition['scrape']>[0][] = [];
  servedCount = 0;
  answer: () => Promise<Scrape> = async () => textScrape(['# TYPE up gauge\n', 'up 1\n']);

  scrape(request: Parameters<Exposition['scrape']>[0]): Promise<Scrape> {
    this.asked.push(request);
    return this.answer();
  }

  served(): void {
    this.servedCount += 1;
  }
}

export function textScrape(parts: readonly string[], encoding: 'gzip' | null = null): Scrape {
  const chunks = parts.map((part) => Buffer.from(part));
  return {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    encoding,
    length: chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    chunks,
  };
}

export class FakeLife implements Life {
  state: ReturnType<Life['ready']> = { ready: true };
  result: Awaited<ReturnType<Life['reload']>> = { ok: true };
  reloads = 0;

  ready(): ReturnType<Life['ready']> {
    return this.state;
  }

  async reload(): Promise<Awaited<ReturnType<Life['reload']>>> {
    this.reloads += 1;
    return this.result;
  }
}

/** Keeps every line with its fields, errors with their stacks: what a log file would hold. */
export class FakeLog {
  readonly lines: string[] = [];

  info(fields: object, message: string): void {
    this.#keep('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#keep('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#keep('error', fields, message);
  }

  #keep(level: string, fields: object, message: string): void {
    const plain = JSON.stringify(fields, (_, value) => (value instanceof Error ? String(value.stack) : value));
    this.lines.push(`${level} ${message} ${plain}`);
  }
}

interface Body {
  readonly items: readonly Record<string, unknown>[];
  readonly next: string | null;
  readonly detail: string;
}

export async function bodyOf(answer: Response): Promise<Body> {
  return (await answer.json()) as Body;
}

export const NO_SINK: Sink = {
  takeErrors: () => Promise.reject(new Error('no sink')),
  takeMeasurements: () => Promise.reject(new Error('no sink')),
  bySubsystem: () => Promise.reject(new Error('no sink')),
  events: () => Promise.reject(new Error('no sink')),
};

/** An app over fakes; `parts` replaces what a test is about. */
export function fakeApp(parts: Partial<AppParts> = {}) {
  const fakes = {
    records: new FakeRecords(),
    board: new FakeBoard(),
    windows: WINDOWS,
    minSamples: 5,
    retentionMs: 400 * 86_400_000,
    exposition: new FakeExposition(),
    overrides: new FakeOverrides(),
    life: new FakeLife(),
    log: new FakeLog(),
  };
  const app = createApp({
    version: '1.2.3',
    externalUrl: '',
    adminTokens: [],
    sink: { sink: NO_SINK, workspaces: [], maxBodyBytes: 65_536 },
    webFile: { current: () => NO_WEB_CONFIGURATION },
    passwords: new Passwords(),
    clock: { now: () => NOW, monotonic: () => performance.now() },
    ...fakes,
    ...parts,
  });
  return { app, ...fakes };
}

/** The same behind a socket; close it in the test. */
export async function fakeServer(parts: Partial<AppParts> = {}, limits?: Parameters<typeof startServer>[0]['limits']) {
  const fakes = fakeApp(parts);
  const server: RunningServer = await startServer({
    app: fakes.app,
    host: '127.0.0.1',
    port: 0,
    log: fakes.log,
    ...(parts.webFile === undefined ? {} : { webFile: parts.webFile }),
    ...(limits === undefined ? {} : { limits }),
  });
  return { ...fakes, server, url: server.url };
}
