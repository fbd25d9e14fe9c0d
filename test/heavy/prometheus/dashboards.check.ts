import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { committedDashboards } from '../../support/dashboards.ts';
import { startLoopback } from '../../support/loopback.ts';
import { type Asked, askPanels } from '../support/ask-panels.ts';
import { DEMO_JOB, DemoPrometheus } from '../support/demo-prometheus.ts';
import { Prometheus } from '../support/prometheus.ts';

const ALL = { job: DEMO_JOB, source: '.+', environment: '.+', team: '.*', app: '.+', window: '30d', report: '2024' };

const NOTHING_OPEN = 'an age is there only while something is open';
const NO_ERRORS = 'the app posts no errors, and no polled sink names it';
const NO_NOTIFIER = 'nothing was sent, or no notifier is configured';

/** What may rightly be empty when all is well, or when a part is not in use; each is checked the other way below. */
const MAY_BE_EMPTY: Readonly<Record<string, string>> = {
  'What is open A': NOTHING_OPEN,
  'What is open B': NOTHING_OPEN,
  'Incidents B': NOTHING_OPEN,
  'Error events taken in A': NO_ERRORS,
  'Errors that a polled sink counts A': NO_ERRORS,
  'Ledger B': 'the first sweep has not been yet',
  'Rooms blocked A': NO_NOTIFIER,
  'Since the last delivery A': NO_NOTIFIER,
  'Since the last delivery B': NO_NOTIFIER,
  'Waiting to be sent A': NO_NOTIFIER,
  'Oldest that waits A': NO_NOTIFIER,
  'Time to deliver, p95 A': NO_NOTIFIER,
  'Messages A': NO_NOTIFIER,
  'Alerts in the message of another A': NO_NOTIFIER,
};

describe('every query of every dashboard, asked of a real Prometheus that scraped the demo', () => {
  let demo: DemoPrometheus;

  beforeAll(async () => {
    demo = await DemoPrometheus.start({ since: '35d', step: '1h' });
  }, 180_000);

  afterAll(async () => {
    await demo?.[Symbol.asyncDispose]();
  });

  it.each(committedDashboards())('$file', async ({ json }) => {
    const failed =
      'group by (app, environment) (dora_recovery_time_seconds_count > 0 and on (app) dora_lead_time_seconds_count > 0)';
    const [one] = await demo.prometheus.some(failed);
    const variables = json.uid === 'dora-app' ? { ...ALL, ...one?.labels } : ALL;
    const asked = await askPanels(demo.prometheus, json, variables);
    process.stdout.write(`${json.title}: series now, and in the time range\n${asked.map(line).join('\n')}\n`);
    expect(asked.filter(({ inRange, ...of }) => inRange === 0 && MAY_BE_EMPTY[nameOf(of)] === undefined)).toEqual([]);
  });
});

it('what may be empty shows something as soon as it happens', async () => {
  let scrapes = 0;
  await using server = await startLoopback((_, response) => {
    scrapes += 1;
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(troubled(scrapes));
  });
  await using prometheus = await Prometheus.start({ [DEMO_JOB]: server.url });
  await prometheus.scrapes([DEMO_JOB], 3);
  const variables = { ...ALL, app: 'shop/web', environment: 'production' };
  const asked = (
    await Promise.all(committedDashboards().map(({ json }) => askPanels(prometheus, json, variables)))
  ).flat();
  for (const name of Object.keys(MAY_BE_EMPTY)) {
    const found = asked.filter((one) => nameOf(one) === name);
    expect(found, name).not.toEqual([]);
    for (const { inRange } of found) expect(inRange, name).toBeGreaterThan(0);
  }
});

/** A page on which everything happens that a quiet demo lacks; `n` rises with each scrape. */
function troubled(n: number): string {
  const target = 'source="s",app="shop/web",environment="production",team="t"';
  return `# TYPE dora_incident_open gauge
dora_incident_open{${target},kind="deployment"} 1
# TYPE dora_incident_open_since_timestamp_seconds gauge
dora_incident_open_since_timestamp_seconds{${target},kind="deployment"} 1700000000
# TYPE dora_error_events_total counter
dora_error_events_total{source="s",app="shop/web",environment="production",severity="critical"} ${n}
# TYPE dora_errors_in_window gauge
dora_errors_in_window{source="s",app="shop/web",environment="production",window="5m"} 3
# TYPE dora_ledger_sweep_last_success_timestamp_seconds gauge
dora_ledger_sweep_last_success_timestamp_seconds 1700000000
# TYPE dora_notifier_room_blocked gauge
dora_notifier_room_blocked{room="critical",reason="forbidden"} 1
# TYPE dora_notifier_last_delivery_timestamp_seconds gauge
dora_notifier_last_delivery_timestamp_seconds{room="critical"} 1700000000
# TYPE dora_notifier_heartbeat_timestamp_seconds gauge
dora_notifier_heartbeat_timestamp_seconds 1700000000
# TYPE dora_notifications_pending gauge
dora_notifications_pending{room="critical"} 2
# TYPE dora_notifications_oldest_pending_timestamp_seconds gauge
dora_notifications_oldest_pending_timestamp_seconds{room="critical"} 1700000000
# TYPE dora_notification_delivery_seconds histogram
dora_notification_delivery_seconds_bucket{room="critical",le="1.0"} ${n}
dora_notification_delivery_seconds_bucket{room="critical",le="+Inf"} ${n}
dora_notification_delivery_seconds_sum{room="critical"} ${n}
dora_notification_delivery_seconds_count{room="critical"} ${n}
# TYPE dora_notifications_total counter
dora_notifications_total{room="critical",outcome="delivered",reason=""} ${n}
# TYPE dora_notifications_suppressed_total counter
dora_notifications_suppressed_total{reason="dedupe"} ${n}
`;
}

function nameOf({ panel, refId }: Pick<Asked, 'panel' | 'refId'>): string {
  return `${panel} ${refId}`;
}

function line(asked: Asked): string {
  const { now, inRange } = asked;
  const why = inRange === 0 ? ` (${MAY_BE_EMPTY[nameOf(asked)] ?? 'EMPTY'})` : '';
  return `  ${nameOf(asked)}: ${now}, ${inRange}${why}`;
}
