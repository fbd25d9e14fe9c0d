import { type FailureCause, OUTCOMES } from '../domain/deployment.ts';
import { DURATION_BOUNDS, emptyHistogram, RECOVERY_BOUNDS } from '../domain/totals.ts';
import type { TargetFamily } from './family.ts';
import { bothOf, deploys, moment, TARGET_LABELS } from './samples.ts';
import { WINDOW_FAMILIES } from './window-families.ts';

/**
 * Every family that a target has, in the order of the page. A counter shows each label value that its source can
 * produce from birth, and any other that the target's history holds.
 */
export const TARGET_FAMILIES: readonly TargetFamily[] = [
  {
    name: 'dora_deployments_total',
    type: 'counter',
    help: 'Deployments that ended, by outcome, as of the last poll.',
    labels: [...TARGET_LABELS, 'outcome'],
    kept: 'L',
    scope: 'target',
    samples: ({ projection, totals }) =>
      deploys(projection)
        ? OUTCOMES.map((outcome) => ({
            labels: { outcome },
            value: totals.deployments[outcome],
            exemplar: totals.exemplars[outcome],
          }))
        : [],
  },
  {
    name: 'dora_deployment_last_success_timestamp',
    type: 'gauge',
    help: 'End of the last successful deployment, in seconds since the Unix epoch, as of the last poll.',
    labels: TARGET_LABELS,
    kept: 'L',
    scope: 'target',
    samples: ({ projection }) => moment(projection.lastSuccessAt),
  },
  {
    name: 'dora_deployment_failure_timestamp',
    type: 'gauge',
    help: 'End of the failed deployment that opened the current or latest deployment incident, in seconds since the Unix epoch, as of the last poll.',
    note: 'A second failure in a row does not move it.',
    labels: TARGET_LABELS,
    kept: 'L',
    scope: 'target',
    samples: ({ projection }) => moment(projection.failureAt),
  },
  {
    name: 'dora_deployment_recovery_timestamp',
    type: 'gauge',
    help: 'End of the success that closed the latest recovered deployment incident, in seconds since the Unix epoch, as of the last poll.',
    labels: TARGET_LABELS,
    kept: 'L',
    scope: 'target',
    samples: ({ projection }) => moment(projection.recoveryAt),
  },
  {
    name: 'dora_deployment_duration_seconds',
    type: 'histogram',
    help: 'Run time of successful deployments, in seconds, as of the last poll.',
    labels: TARGET_LABELS,
    kept: 'L',
    scope: 'target',
    bounds: DURATION_BOUNDS,
    samples: ({ projection, totals }) => (deploys(projection) ? [{ labels: {}, histogram: totals.durations }] : []),
  },
  {
    name: 'dora_lead_time_seconds',
    type: 'histogram',
    help: 'Time from a commit to the end of the deployment that brought it, in seconds, one observation per change; from the first known one on.',
    labels: TARGET_LABELS,
    kept: 'L',
    scope: 'target',
    bounds: RECOVERY_BOUNDS,
    samples: ({ leadTimes }) => (leadTimes === null ? [] : [{ labels: {}, histogram: leadTimes }]),
  },
  {
    name: 'dora_change_failures_total',
    type: 'counter',
    help: 'Deployments that were recognised as change failures, each once, by the cause it was first counted under, as of the last poll.',
    labels: [...TARGET_LABELS, 'cause'],
    kept: 'L',
    scope: 'target',
    samples: ({ projection, totals }) =>
      bothOf(withVerdict(projection.capabilities.causes), projection.totals.changeFailures).map((cause) => ({
        labels: { cause },
        value: totals.changeFailures[cause] ?? 0,
      })),
  },
  {
    name: 'dora_rework_deployments_total',
    type: 'counter',
    help: 'Deployments that were rework: rollbacks, and those that repaired a failing target, by cause, as of the last poll.',
    labels: [...TARGET_LABELS, 'cause'],
    kept: 'L',
    scope: 'target',
    samples: ({ projection, totals }) =>
      bothOf(projection.capabilities.rework, projection.totals.rework).map((cause) => ({
        labels: { cause },
        value: totals.rework[cause] ?? 0,
      })),
  },
  {
    name: 'dora_incident_open',
    type: 'gauge',
    help: '1 while an incident of this kind is open, else 0, as of the last poll.',
    labels: [...TARGET_LABELS, 'kind'],
    kept: 'L',
    scope: 'target',
    samples: ({ projection }) => {
      const open = new Set(projection.open.map(({ kind }) => kind));
      const kinds = new Set([...projection.capabilities.kinds, ...open]);
      return [...kinds].map((kind) => ({ labels: { kind }, value: open.has(kind) ? 1 : 0 }));
    },
  },
  {
    name: 'dora_incident_open_since_timestamp_seconds',
    type: 'gauge',
    help: 'Beginning of the open incident, in seconds since the Unix epoch, only while one is open whose beginning is known, as of the last poll.',
    labels: [...TARGET_LABELS, 'kind'],
    kept: 'L',
    scope: 'target',
    samples: ({ projection }) => projection.open.flatMap(({ kind, since }) => moment(since, { kind })),
  },
  {
    name: 'dora_recovery_time_seconds',
    type: 'histogram',
    help: 'Time from the failure that opened an incident to the recovery that closed it, in seconds, one observation per recovered incident, as of the last poll.',
    labels: [...TARGET_LABELS, 'kind'],
    kept: 'L',
    scope: 'target',
    bounds: RECOVERY_BOUNDS,
    samples: ({ projection, totals }) =>
      bothOf(projection.capabilities.kinds, projection.totals.recoveries).map((kind) => ({
        labels: { kind },
        histogram: totals.recoveries[kind] ?? NO_RECOVERIES,
      })),
  },
  {
    name: 'dora_error_events_total',
    type: 'counter',
    help: 'Error events that the embedded sink took in, each id once. It does not fall when old events are swept.',
    labels: ['source', 'app', 'environment', 'severity'],
    kept: 'L',
    scope: 'target',
    samples: ({ projection, totals }) =>
      bothOf(projection.capabilities.severities ?? [], projection.totals.errors ?? {}).map((severity) => ({
        labels: { severity },
        value: totals.errors?.[severity] ?? 0,
      })),
  },
  {
    name: 'dora_target_observed_since_timestamp_seconds',
    type: 'gauge',
    help: 'From when on the history of the target is known whole, in seconds since the Unix epoch. A window that begins before it is incomplete.',
    labels: TARGET_LABELS,
    kept: 'L',
    scope: 'target',
    samples: ({ projection }) => moment(projection.observedSince),
  },
  ...WINDOW_FAMILIES,
];

/** What can be a change failure at all can be made one by a person. */
function withVerdict(causes: readonly FailureCause[]): readonly FailureCause[] {
  return causes.length === 0 ? [] : [...causes, 'verdict'];
}

const NO_RECOVERIES = emptyHistogram(RECOVERY_BOUNDS);
