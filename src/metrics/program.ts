import { collectDefaultMetrics, Registry } from 'prom-client';
import { FAILURE_REASONS, type Observation } from '../domain/observation.ts';
import type { NotifierStatus } from '../ledger/notifier-state.ts';
import type { Changes, SourceCount } from '../ledger/projection.ts';
import type { Family, Format } from './family.ts';
import { createInstruments } from './instruments.ts';
import { knownTransitions, type MetricsSource } from './known-series.ts';
import { NotificationMetrics, type ParkReasons } from './notifications.ts';
import { PROGRAM_FAMILIES } from './program-families.ts';
import { type PromSample, promMetrics, promText } from './prom-text.ts';

/** What `dora_exporter_build_info` says. */
export interface Build {
  readonly version: string;
  readonly revision: string;
  readonly node: string;
}

/** Which counter shows what the ledger counts. */
const COUNTER_OF = {
  ignored: 'dora_deployments_ignored_total',
  transitions: 'dora_incident_transitions_total',
  gaps: 'dora_collector_gaps_total',
  lead_time_unknown: 'dora_lead_time_unknown_total',
  corrections: 'dora_ledger_corrections_total',
} as const satisfies Record<SourceCount['counter'], string>;

/** What is true of a process whether it leads or not. */
const OF_THE_PROCESS: ReadonlySet<string> = new Set([
  'dora_exporter_build_info',
  'dora_exporter_leader',
  'dora_config_last_reload_success_timestamp_seconds',
]);

const OF_THE_LEAD: ReadonlySet<string> = new Set(
  PROGRAM_FAMILIES.map(({ name }) => name).filter((name) => !OF_THE_PROCESS.has(name)),
);

/** What the next lead is told anew. */
function endsWithTheLead({ name, type, kept }: Family): boolean {
  return OF_THE_LEAD.has(name) && (kept === 'L' || type === 'gauge');
}

/** The metrics of the program itself, by prom-client: the one place that turns observations into them. */
export class ProgramMetrics {
  readonly #registry = new Registry();
  readonly #metrics = createInstruments(this.#registry);
  readonly #notifications = new NotificationMetrics(this.#metrics);
  readonly #onError: (error: unknown) => void;
  #sources: ReadonlySet<string> = new Set();
  /** The labels of the errors that are shown, by source. */
  readonly #errors = new Map<string, readonly Record<'source' | 'app' | 'environment' | 'window', string>[]>();

  /** `onError` hears of a metric that could not be rendered; the page goes out without its samples. */
  constructor(build: Build, onError: (error: unknown) => void) {
    this.#onError = onError;
    this.#metrics.gauge('dora_exporter_build_info').set({ ...build }, 1);
    collectDefaultMetrics({ register: this.#registry });
    for (const { name, type } of promMetrics(this.#registry)) {
      // Gauges that are named like counters: linters refuse them, and in OpenMetrics the suffix is a counter's alone.
      if (type === 'gauge' && name.endsWith('_total')) this.#registry.removeSingleMetric(name);
    }
  }

  /**
   * Shows these sources and no others, with every series known beforehand at 0. What the ledger counts of the
   * others is kept out of sight, for they may come back.
   */
  setSources(sources: readonly MetricsSource[]): void {
    const before = this.#sources;
    this.#sources = new Set(sources.map(({ name }) => name));
    for (const source of before) if (!this.#sources.has(source)) this.#forgetState(source);
    for (const source of sources) this.#beginAtZero(source);
  }

  /**
   * This process leads no more: whatever was true of sources, the ledger and the notifier is now for another to say. What
   * it counted itself stays, out of sight, for a later lead of its own.
   */
  endLead(): void {
    this.setSources([]);
    this.#notifications.end();
    for (const { name } of PROGRAM_FAMILIES.filter(endsWithTheLead)) this.#metrics.forget(name);
  }

  observe(observation: Observation): void {
    switch (observation.kind) {
      case 'request':
        this.#metrics
          .counter('dora_collector_requests_total')
          .inc({ source: observation.source, code: observation.code });
        return;
      case 'poll':
        this.#polled(observation);
        return;
      case 'listed':
        this.#metrics.gauge('dora_collector_targets').set({ source: observation.source }, observation.targets);
        return;
      case 'errors_in_window':
        this.#countErrors(observation);
        return;
      case 'committed':
        this.#metrics.gauge('dora_ledger_last_commit_timestamp_seconds').set(observation.at / 1000);
        return;
      case 'swept':
        this.#metrics.counter('dora_ledger_swept_rows_total').inc({ table: observation.table }, observation.rows);
        return;
      case 'sweep_done':
        this.#metrics.gauge('dora_ledger_sweep_last_success_timestamp_seconds').set(observation.at / 1000);
        return;
      case 'reloaded':
        this.#metrics.gauge('dora_config_last_reload_success_timestamp_seconds').set(observation.at / 1000);
        return;
      case 'delivered':
      case 'parked':
      case 'suppressed':
      case 'queue':
      case 'room_blocked':
        this.#notifications.observe(observation);
        return;
    }
  }

  /** Adds what the ledger counted of sources. */
  apply(changes: Pick<Changes, 'counts' | 'successes'>): void {
    for (const count of changes.counts) {
      this.#metrics.counter(COUNTER_OF[count.counter]).inc({ source: count.source, ...count.labels }, count.by);
    }
    for (const { source, at } of changes.successes) {
      this.#metrics.gauge('dora_collector_last_success_timestamp_seconds').set({ source }, at / 1000);
    }
  }

  /** There is a notifier, which stands so in the ledger. */
  beginNotifier(status: NotifierStatus, parkReasons: ParkReasons): void {
    this.#notifications.begin(status, parkReasons);
  }

  /** There is none any more. */
  endNotifier(): void {
    this.#notifications.stop();
  }

  /** What the page shows of targets: the cardinality budget. */
  setBudget(series: number, dropped: ReadonlyMap<string, number>): void {
    this.#metrics.gauge('dora_exporter_series').set(series);
    for (const source of this.#sources) {
      this.#metrics.gauge('dora_exporter_targets_dropped').set({ source }, dropped.get(source) ?? 0);
    }
  }

  /**
   * All families of the program as text; of a process that does not lead, only what is true of the process. Never rejects.
   */
  render(format: Format, leads: boolean): Promise<string> {
    this.#metrics.gauge('dora_exporter_leader').set(leads ? 1 : 0);
    const wanted = ({ labels }: PromSample, family: string): boolean =>
      (leads || !OF_THE_LEAD.has(family)) &&
      (labels['source'] === undefined || this.#sources.has(String(labels['source'])));
    return promText(this.#registry, format, wanted, this.#onError);
  }

  close(): void {
    this.#registry.clear();
  }

  #countErrors({ source, window, targets }: Extract<Observation, { kind: 'errors_in_window' }>): void {
    this.#forgetErrors(source);
    for (const { app, environment, events } of targets)
      this.#metrics.gauge('dora_errors_in_window').set({ source, app, environment, window }, events);
    this.#errors.set(
      source,
      targets.map(({ app, environment }) => ({ source, app, environment, window })),
    );
  }

  #forgetErrors(source: string): void {
    for (const labels of this.#errors.get(source) ?? []) this.#metrics.gauge('dora_errors_in_window').remove(labels);
    this.#errors.delete(source);
  }

  #polled(poll: Extract<Observation, { kind: 'poll' }>): void {
    const { source, failure } = poll;
    this.#metrics.gauge('dora_collector_up').set({ source }, failure === null ? 1 : 0);
    this.#metrics.counter('dora_collector_polls_total').inc({ source });
    if (failure !== null) this.#metrics.counter('dora_collector_poll_failures_total').inc({ source, reason: failure });
    this.#metrics.histogram('dora_collector_poll_duration_seconds').observe({ source }, poll.tookMs / 1000);
  }

  #beginAtZero(known: MetricsSource): void {
    const source = known.name;
    this.#metrics.counter('dora_ledger_corrections_total').inc({ source }, 0);
    for (const labels of knownTransitions(known))
      this.#metrics.counter('dora_incident_transitions_total').inc(labels, 0);
    if (known.takesPosts === true) return;
    this.#metrics.counter('dora_collector_polls_total').inc({ source }, 0);
    this.#metrics.counter('dora_collector_gaps_total').inc({ source }, 0);
    this.#metrics.histogram('dora_collector_poll_duration_seconds').zero({ source });
    for (const reason of FAILURE_REASONS) {
      this.#metrics.counter('dora_collector_poll_failures_total').inc({ source, reason }, 0);
    }
    for (const reason of known.ignoredReasons) {
      this.#metrics.counter('dora_deployments_ignored_total').inc({ source, reason }, 0);
    }
    for (const reason of known.unknownLeadTimes ?? []) {
      this.#metrics.counter('dora_lead_time_unknown_total').inc({ source, reason }, 0);
    }
  }

  /** What was true of a source's collector says nothing of a later one by the same name. */
  #forgetState(source: string): void {
    this.#metrics.gauge('dora_collector_up').remove({ source });
    this.#metrics.gauge('dora_collector_targets').remove({ source });
    this.#forgetErrors(source);
  }
}
