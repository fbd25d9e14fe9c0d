import { expect, it } from 'vitest';
import { DURATION_BOUNDS, emptyHistogram, emptyTotals, observe, RECOVERY_BOUNDS } from '../../src/domain/totals.ts';
import { NO_WINDOW_CHANGES } from '../../src/ledger/window-log.ts';
import { FakeClock, OPEN_METRICS, ofTargets, open, page, projection } from './support.ts';

/** F at 100, F at 200, S at 400, S at 900, then a failure: five deployments, one recovery of 300 s, one open incident. */
function story() {
  const at = (seconds: number): number => 1_750_000_000_000 + seconds * 1000;
  const totals = emptyTotals();
  totals.deployments.success = 2;
  totals.deployments.failure = 3;
  totals.exemplars.success = { id: 'p4', value: 1, at: at(900) };
  totals.exemplars.failure = { id: 'p5', value: 1, at: at(950.5) };
  totals.changeFailures.deployment = 3;
  totals.rework.deployment = 1;
  observe(totals.durations, DURATION_BOUNDS, 10_000, { id: 'p3', at: at(400) });
  observe(totals.durations, DURATION_BOUNDS, 4_000_500, { id: 'p4', at: at(900) });
  totals.recoveries.deployment = emptyHistogram(RECOVERY_BOUNDS);
  observe(totals.recoveries.deployment, RECOVERY_BOUNDS, 300_000, { id: 'p3', at: at(400) });
  return projection({
    totals,
    observedSince: at(0),
    lastSuccessAt: at(900),
    failureAt: at(950.5),
    recoveryAt: at(400),
    open: [{ kind: 'deployment', since: at(950.5) }],
  });
}

/** That story on a page, a day later. */
function told() {
  const clock = new FakeClock();
  clock.at = 1_750_086_400_000;
  const metrics = open({ projections: [story()], windows: [{ name: '30d', ms: 30 * 86_400_000 }], clock });
  const row = (second: number, failed: boolean, isRework = false) => ({
    target: 1,
    at: 1_750_000_000_000 + second * 1000,
    failuresSeen: true,
    changeFailure: failed ? ('deployment' as const) : null,
    isRework,
  });
  metrics.takeRows({
    ...NO_WINDOW_CHANGES,
    added: [row(100, true), row(200, true), row(400, false, true), row(900, false), row(950.5, true)],
    recoveries: [
      {
        incident: 1,
        recovery: {
          target: 1,
          incident: 1,
          deployment: 'p1',
          openedAt: 1_750_000_100_000,
          closedAt: 1_750_000_400_000,
        },
      },
    ],
  });
  return metrics;
}

const T = 'source="woodpecker",app="shop/cart",environment="production",team="shop"';
const TEAM = 'source="woodpecker",team="shop",environment="production"';

const TEXT = `\
# HELP dora_deployments_total Deployments that ended, by outcome, as of the last poll.
# TYPE dora_deployments_total counter
dora_deployments_total{${T},outcome="success"} 2
dora_deployments_total{${T},outcome="failure"} 3
# HELP dora_deployment_last_success_timestamp End of the last successful deployment, in seconds since the Unix epoch, as of the last poll.
# TYPE dora_deployment_last_success_timestamp gauge
dora_deployment_last_success_timestamp{${T}} 1750000900
# HELP dora_deployment_failure_timestamp End of the failed deployment that opened the current or latest deployment incident, in seconds since the Unix epoch, as of the last poll.
# TYPE dora_deployment_failure_timestamp gauge
dora_deployment_failure_timestamp{${T}} 1750000950.5
# HELP dora_deployment_recovery_timestamp End of the success that closed the latest recovered deployment incident, in seconds since the Unix epoch, as of the last poll.
# TYPE dora_deployment_recovery_timestamp gauge
dora_deployment_recovery_timestamp{${T}} 1750000400
# HELP dora_deployment_duration_seconds Run time of successful deployments, in seconds, as of the last poll.
# TYPE dora_deployment_duration_seconds histogram
dora_deployment_duration_seconds_bucket{${T},le="10.0"} 1
dora_deployment_duration_seconds_bucket{${T},le="30.0"} 1
dora_deployment_duration_seconds_bucket{${T},le="60.0"} 1
dora_deployment_duration_seconds_bucket{${T},le="120.0"} 1
dora_deployment_duration_seconds_bucket{${T},le="300.0"} 1
dora_deployment_duration_seconds_bucket{${T},le="600.0"} 1
dora_deployment_duration_seconds_bucket{${T},le="1200.0"} 1
dora_deployment_duration_seconds_bucket{${T},le="3600.0"} 1
dora_deployment_duration_seconds_bucket{${T},le="+Inf"} 2
dora_deployment_duration_seconds_sum{${T}} 4010.5
dora_deployment_duration_seconds_count{${T}} 2
# HELP dora_lead_time_seconds Time from a commit to the end of the deployment that brought it, in seconds, one observation per change; from the first known one on.
# TYPE dora_lead_time_seconds histogram
# HELP dora_change_failures_total Deployments that were recognised as change failures, each once, by the cause it was first counted under, as of the last poll.
# TYPE dora_change_failures_total counter
dora_change_failures_total{${T},cause="deployment"} 3
dora_change_failures_total{${T},cause="verdict"} 0
# HELP dora_rework_deployments_total Deployments that were rework: rollbacks, and those that repaired a failing target, by cause, as of the last poll.
# TYPE dora_rework_deployments_total counter
dora_rework_deployments_total{${T},cause="deployment"} 1
# HELP dora_incident_open 1 while an incident of this kind is open, else 0, as of the last poll.
# TYPE dora_incident_open gauge
dora_incident_open{${T},kind="deployment"} 1
# HELP dora_incident_open_since_timestamp_seconds Beginning of the open incident, in seconds since the Unix epoch, only while one is open whose beginning is known, as of the last poll.
# TYPE dora_incident_open_since_timestamp_seconds gauge
dora_incident_open_since_timestamp_seconds{${T},kind="deployment"} 1750000950.5
# HELP dora_recovery_time_seconds Time from the failure that opened an incident to the recovery that closed it, in seconds, one observation per recovered incident, as of the last poll.
# TYPE dora_recovery_time_seconds histogram
dora_recovery_time_seconds_bucket{${T},kind="deployment",le="300.0"} 1
dora_recovery_time_seconds_bucket{${T},kind="deployment",le="900.0"} 1
dora_recovery_time_seconds_bucket{${T},kind="deployment",le="1800.0"} 1
dora_recovery_time_seconds_bucket{${T},kind="deployment",le="3600.0"} 1
dora_recovery_time_seconds_bucket{${T},kind="deployment",le="14400.0"} 1
dora_recovery_time_seconds_bucket{${T},kind="deployment",le="43200.0"} 1
dora_recovery_time_seconds_bucket{${T},kind="deployment",le="86400.0"} 1
dora_recovery_time_seconds_bucket{${T},kind="deployment",le="259200.0"} 1
dora_recovery_time_seconds_bucket{${T},kind="deployment",le="604800.0"} 1
dora_recovery_time_seconds_bucket{${T},kind="deployment",le="2592000.0"} 1
dora_recovery_time_seconds_bucket{${T},kind="deployment",le="7776000.0"} 1
dora_recovery_time_seconds_bucket{${T},kind="deployment",le="+Inf"} 1
dora_recovery_time_seconds_sum{${T},kind="deployment"} 300
dora_recovery_time_seconds_count{${T},kind="deployment"} 1
# HELP dora_error_events_total Error events that the embedded sink took in, each id once. It does not fall when old events are swept.
# TYPE dora_error_events_total counter
# HELP dora_target_observed_since_timestamp_seconds From when on the history of the target is known whole, in seconds since the Unix epoch. A window that begins before it is incomplete.
# TYPE dora_target_observed_since_timestamp_seconds gauge
dora_target_observed_since_timestamp_seconds{${T}} 1750000000
# HELP dora_window_deployments Deployments that ended in the window, both outcomes.
# TYPE dora_window_deployments gauge
dora_window_deployments{${T},window="30d"} 5
# HELP dora_window_ratio_deployments Deployments that ended in the window and whose failures could be seen: the denominator and sample size of the change failure ratio.
# TYPE dora_window_ratio_deployments gauge
dora_window_ratio_deployments{${T},window="30d"} 5
# HELP dora_window_change_failures Change failures among the deployments of dora_window_ratio_deployments, by what made them one.
# TYPE dora_window_change_failures gauge
dora_window_change_failures{${T},window="30d",cause="deployment"} 3
# HELP dora_window_change_failure_ratio Change failures over the deployments of dora_window_ratio_deployments, absent over fewer than min_samples.
# TYPE dora_window_change_failure_ratio gauge
dora_window_change_failure_ratio{${T},window="30d"} 0.6
# HELP dora_window_rework_deployments Rework among the deployments of dora_window_ratio_deployments: rollbacks, and those that repaired a failing target.
# TYPE dora_window_rework_deployments gauge
dora_window_rework_deployments{${T},window="30d"} 1
# HELP dora_window_recovery_time_seconds Time to recover, in seconds, over the failing spans of the target that ended in the window, absent over none.
# TYPE dora_window_recovery_time_seconds gauge
dora_window_recovery_time_seconds{${T},window="30d",stat="mean"} 300
dora_window_recovery_time_seconds{${T},window="30d",stat="median"} 300
dora_window_recovery_time_seconds{${T},window="30d",stat="p90"} 300
# HELP dora_window_lead_time_seconds Time from commit to deployed, in seconds, over the changes that were deployed in the window, absent over none.
# TYPE dora_window_lead_time_seconds gauge
# HELP dora_window_recoveries Failing spans of the target that ended in the window: the sample size of dora_window_recovery_time_seconds.
# TYPE dora_window_recoveries gauge
dora_window_recoveries{${T},window="30d"} 1
# HELP dora_window_changes Changes with a known lead time that were deployed in the window: the sample size of dora_window_lead_time_seconds.
# TYPE dora_window_changes gauge
dora_window_changes{${T},window="30d"} 0
# HELP dora_team_window_recovery_time_seconds Time to recover, in seconds, over the failing spans of all targets of the team that ended in the window, absent over none.
# TYPE dora_team_window_recovery_time_seconds gauge
dora_team_window_recovery_time_seconds{${TEAM},window="30d",stat="mean"} 300
dora_team_window_recovery_time_seconds{${TEAM},window="30d",stat="median"} 300
dora_team_window_recovery_time_seconds{${TEAM},window="30d",stat="p90"} 300
# HELP dora_team_window_lead_time_seconds Time from commit to deployed, in seconds, over the changes that all targets of the team deployed in the window, absent over none.
# TYPE dora_team_window_lead_time_seconds gauge
`;

/** What OpenMetrics has besides: exemplars, after the samples they belong to. */
const EXEMPLARS: readonly [string, string][] = [
  [`dora_deployments_total{${T},outcome="success"} 2`, '# {deployment_id="p4"} 1 1750000900'],
  [`dora_deployments_total{${T},outcome="failure"} 3`, '# {deployment_id="p5"} 1 1750000950.5'],
  [`dora_deployment_duration_seconds_bucket{${T},le="10.0"} 1`, '# {deployment_id="p3"} 10 1750000400'],
  [`dora_deployment_duration_seconds_bucket{${T},le="+Inf"} 2`, '# {deployment_id="p4"} 4000.5 1750000900'],
  [`dora_recovery_time_seconds_bucket{${T},kind="deployment",le="300.0"} 1`, '# {deployment_id="p3"} 300 1750000400'],
];

it("shows a target's history in the text format", async () => {
  expect(ofTargets(await page(told()))).toBe(TEXT);
});

it('shows the same in OpenMetrics, with exemplars and families named without _total', async () => {
  let expected = TEXT.replaceAll(/^# (HELP|TYPE) (\w+)_total /gm, '# $1 $2 ');
  for (const [sample, exemplar] of EXEMPLARS) expected = expected.replace(`${sample}\n`, `${sample} ${exemplar}\n`);
  const body = await page(told(), OPEN_METRICS);
  expect(ofTargets(body)).toBe(expected);
  expect(body.endsWith('\n# EOF\n')).toBe(true);
});

it('leaves out an exemplar whose labels have more than 128 characters, and keeps one of just as many', async () => {
  const totals = emptyTotals();
  const fits = '🚀'.repeat(128 - 'deployment_id'.length);
  totals.exemplars.success = { id: fits, value: 1, at: 0 };
  totals.exemplars.failure = { id: `${fits}x`, value: 1, at: 0 };
  const body = await page(open({ projections: [projection({ totals })] }), OPEN_METRICS);
  expect(body).toContain(`outcome="success"} 0 # {deployment_id="${fits}"} 1 0\n`);
  expect(body).toContain(`outcome="failure"} 0\n`);
});
