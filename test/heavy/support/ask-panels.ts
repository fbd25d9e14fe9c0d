import { type DashboardJson, panelsOf, substituted, type Target } from '../../support/dashboards.ts';
import type { Prometheus } from './prometheus.ts';

/** What one query of a dashboard gave. */
export interface Asked {
  readonly panel: string;
  readonly refId: string;
  readonly expr: string;
  /** Series as of now, and anywhere in the time range. */
  readonly now: number;
  readonly inRange: number;
}

/** Seconds: as long as the dashboards show at first, and as Grafana would step through it. */
const DAY = 86_400;
const STEPS = { hourly: { span: 30 * DAY, step: 3_600, rate: '3615s' }, fine: { span: 600, step: 15, rate: '1m' } };

/** Asks every query of every panel, as Grafana does with these values of the variables. */
export async function askPanels(
  prometheus: Prometheus,
  json: DashboardJson,
  variables: Readonly<Record<string, string>>,
): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const { title, interval, targets = [] } of panelsOf(json))
    for (const target of targets) asked.push(await ask(prometheus, title, target, interval === '1h', variables));
  for (const { name, expr } of json.annotations.list ?? [])
    asked.push(await ask(prometheus, `mark: ${name}`, { refId: 'A', expr, range: true }, false, variables));
  return asked;
}

async function ask(
  prometheus: Prometheus,
  panel: string,
  { refId, expr, instant }: Target,
  hourly: boolean,
  variables: Readonly<Record<string, string>>,
): Promise<Asked> {
  const { span, step, rate } = hourly ? STEPS.hourly : STEPS.fine;
  const query = substituted(expr, { ...variables, __rate_interval: rate });
  const end = Math.floor(Date.now() / 1000);
  const now = (await prometheus.queryAt(query, end)).length;
  if (instant === true) return { panel, refId, expr: query, now, inRange: now };
  const past = await prometheus.queryRange(query, { start: end - span, end, step });
  return { panel, refId, expr: query, now, inRange: past.length };
}
