/** Which exporter: several in one Prometheus are told apart by the job of their scrape. */
export const JOB = 'job=~"$job"';

/** The targets that the variables of the overview leave. A team can be empty, nothing else can. */
export const CHOSEN = `${JOB}, source=~"$source", environment=~"$environment", team=~"$team", app=~"$app"`;

/** The one app in one environment of the app dashboard, as every chosen source tells of it. */
export const ONE_APP = `${JOB}, source=~"$source", environment="$environment", team=~"$team", app="$app"`;

/** As ONE_APP, for the families of error events, which have no team. */
export const ONE_APP_ERRORS = `${JOB}, source=~"$source", environment="$environment", app="$app"`;

/** The chosen collectors of the exporter's own dashboard. */
export const COLLECTOR = `${JOB}, source=~"$source"`;

/** The labels of a target. */
export const TARGET = 'source, app, environment, team';

/** What a target is known by for good: its team may change. */
export const IDENTITY = 'source, app, environment';

/**
 * One value per target, or per what `by` names, whichever replica showed it: when the leader changes, two may for a moment, and
 * labels of the scrape such as `instance` must not count a target twice.
 */
export function shown(metric: string, matchers: string, by: string = TARGET): string {
  return `max by (${by}) (${metric}{${matchers}})`;
}

/** The same of a family of windows, over the chosen window. */
export function inWindow(metric: string, matchers: string, by: string = TARGET): string {
  return shown(metric, `${matchers}, window="$window"`, by);
}

/** The same as it was one window ago. Two hours are bridged, since samples that `export` made are an hour apart. */
export function windowBefore(metric: string, matchers: string, by: string): string {
  return `max by (${by}) (last_over_time(${metric}{${matchers}, window="$window"}[2h] offset $window))`;
}

/** The same over time: between the hourly samples that `export` made, the last one stands. */
export function windowOverTime(metric: string, matchers: string, by: string = TARGET): string {
  return `max by (${by}) (last_over_time(${metric}{${matchers}, window="$window"}[65m]))`;
}

/**
 * The chosen window in seconds. PromQL has no way to make a number of a label, but `offset` takes the text: what time it was
 * a window ago, to the second.
 */
export const WINDOW_SECONDS = 'scalar(time() - last_over_time(vector(time())[2s:1s] offset $window))';
