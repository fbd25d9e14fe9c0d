import type { TargetKey } from '../domain/deployment.ts';
import type { CollectorDown, Crossed, Posted, PostedForm } from '../domain/news.ts';
import type { Severity } from '../domain/severity.ts';
import type { Transition } from '../domain/transition.ts';
import { errorOf, measureOf, stepOf } from './error-text.ts';
import { type Line, line, linkLine } from './line.ts';
import type { Payload } from './plan.ts';
import { clean, lengthOf } from './text.ts';

/** What a row of the outbox says. */
export interface Wording {
  /** All that is needed where it is one of many. */
  readonly head: Line;
  readonly rest: readonly Line[];
  readonly links: Line | null;
}

/** Where people look further: holds {source}, {app} and {environment}; null: nowhere. */
export type DashboardUrl = string | null;

const EMOJI: Readonly<Record<Severity, string>> = { critical: '🚨', warning: '⚠️', info: 'ℹ️' };

/** Words a row of the outbox; `severity` is the row's. */
export function wordingOf(payload: Payload, severity: Severity, dashboard: DashboardUrl): Wording {
  switch (payload.kind) {
    case 'incident':
      return payload.transition.operation === 'close'
        ? closed(payload.transition, dashboard)
        : opened(payload.transition, EMOJI[severity], dashboard);
    case 'posted':
      return posted(payload, EMOJI[severity], dashboard);
    case 'crossed':
      return crossed(payload, EMOJI[severity], dashboard);
    case 'collector':
      return collector(payload);
    case 'heartbeat':
      return {
        head: line('💚 dora-exporter is alive: self-test of ', { bold: payload.day }),
        rest: [line('It comes once a day. A day without it means that nobody would hear of a failure.')],
        links: null,
      };
  }
}

function opened({ kind, target, openedBy }: Transition, emoji: string, dashboard: DashboardUrl): Wording {
  const app = { bold: target.app };
  const environment = clean(target.environment);
  const links = linkLine([
    { name: 'run', link: openedBy?.link ?? null },
    { name: 'dashboard', link: dashboardOf(target, dashboard) },
  ]);
  switch (kind) {
    case 'deployment': {
      const took = openedBy?.durationMs == null ? '' : ` in ${lengthOf(openedBy.durationMs)}`;
      const message = openedBy?.details['message'];
      const step = stepOf(openedBy);
      return {
        head: line(`${emoji} `, app, `: deployment to ${environment} FAILED${took}`),
        rest: [
          ...(step === null ? [] : [line({ code: step })]),
          ...errorLine(message === undefined ? null : String(message)),
        ],
        links,
      };
    }
    case 'degraded':
      return {
        head: line(`${emoji} `, app, `: DEGRADED in ${environment}`),
        rest: errorLine(errorOf(openedBy) === 'Degraded' ? null : errorOf(openedBy)),
        links,
      };
    case 'errors':
      return {
        head: line(`${emoji} `, app, `: too many errors in ${environment}`),
        rest: errorLine(openedBy?.details['message'] === undefined ? measureOf(openedBy) : errorOf(openedBy)),
        links,
      };
  }
}

const ENDED = {
  recovered: { emoji: '✅', what: 'recovered' },
  resolved: { emoji: '✅', what: 'resolved by a person' },
  withdrawn: { emoji: '✅', what: 'change withdrawn' },
  abandoned: { emoji: '⚪', what: 'no longer listed, given up' },
  expired: { emoji: '⚪', what: 'open for too long, given up' },
} as const;

function closed(transition: Transition, dashboard: DashboardUrl): Wording {
  const { target, closedBy } = transition;
  const { emoji, what } = ended(transition);
  return {
    head: line(`${emoji} `, { bold: target.app }, ` in ${clean(target.environment)}: ${what}`),
    rest: [],
    links: linkLine([
      { name: 'run', link: closedBy?.link ?? null },
      { name: 'dashboard', link: dashboardOf(target, dashboard) },
    ]),
  };
}

function ended({ outcome, recoveryMs }: Transition): { readonly emoji: string; readonly what: string } {
  const { emoji, what } = outcome === 'done' || outcome === 'noop' ? ENDED.recovered : ENDED[outcome];
  return { emoji, what: recoveryMs === null ? what : `${what} after ${lengthOf(recoveryMs)}` };
}

/** What stands over a message whose failure has ended, by the row that ended it. */
export function endingOf(payload: Payload): string {
  switch (payload.kind) {
    case 'incident': {
      const { emoji, what } = ended(payload.transition);
      return `${emoji} ${what}`;
    }
    case 'collector':
      return `✅ back after ${lengthOf((payload.backAt ?? payload.downSince) - payload.downSince)}`;
    case 'crossed':
      return `✅ back after ${lengthOf((payload.backAt ?? payload.crossedAt) - payload.crossedAt)}`;
    default:
      return '✅ over';
  }
}

function posted(event: Posted, emoji: string, dashboard: DashboardUrl): Wording {
  const { target, operation, errorType, message, form } = event;
  const links = linkLine([{ name: 'dashboard', link: dashboardOf(target, dashboard) }]);
  const where = line({ bold: target.app }, ` · ${clean(operation)} · ${clean(target.environment)}`);
  if (form !== null) {
    const { head, rest } = formOf(form);
    return { head, rest: [...rest, ...errorLine(message), where], links };
  }
  const what = errorType === null ? 'error' : clean(errorType);
  return {
    head: line(`${emoji} `, { bold: target.app }, `: ${what} in ${clean(operation)} (${clean(target.environment)})`),
    rest: errorLine(message),
    links,
  };
}

function formOf(form: PostedForm): Pick<Wording, 'head' | 'rest'> {
  switch (form.form) {
    case 'run':
      return { head: line('🚨 ', { bold: form.nodeId }, ` FAILED in ${form.durationMs}ms`), rest: [] };
    case 'dag':
      return {
        head: line('❌ DAG ', { bold: form.dagName }, ` run ${clean(form.runId)} FAILED`),
        rest: [line('step ', { code: form.stepName }, ` exit ${form.exitCode}`)],
      };
    case 'anomaly': {
      const rules = clean(form.rules.join(', '));
      const top = rules === '' ? '' : ` — top rules: ${rules}`;
      return { head: line(`⚠️ violations_24h = ${form.violations24h} (threshold ${form.threshold})${top}`), rest: [] };
    }
  }
}

function crossed(rule: Crossed, emoji: string, dashboard: DashboardUrl): Wording {
  const { target, change, value, threshold, windowMs } = rule;
  const links = linkLine([{ name: 'dashboard', link: dashboardOf(target, dashboard) }]);
  const name = clean(rule.rule);
  const within = windowMs === null ? '' : ` in ${lengthOf(windowMs)}`;
  const head =
    change === 'above'
      ? line(`${emoji} `, { bold: target.app }, `: ${name} = ${value}${within} (threshold ${threshold})`)
      : line('✅ ', { bold: target.app }, `: ${name} is not above ${threshold} any more`);
  return { head, rest: [], links };
}

function collector({ source, change, downSince, backAt, reason, detail }: CollectorDown): Wording {
  if (change === 'back') {
    const lasted = lengthOf((backAt ?? downSince) - downSince);
    return { head: line('✅ ', { bold: source }, ` is read again after ${lasted}`), rest: [], links: null };
  }
  return {
    head: line('🚨 ', { bold: source }, ': cannot be read; its failures would go unseen'),
    rest: [line('reason: ', { code: reason }), ...errorLine(detail)],
    links: null,
  };
}

function errorLine(message: string | null): readonly Line[] {
  return message === null || message === '' ? [] : [line('error: ', { code: message })];
}

function dashboardOf({ source, app, environment }: TargetKey, template: DashboardUrl): string | null {
  if (template === null) return null;
  const values: Readonly<Record<string, string>> = { source, app, environment };
  return template.replace(/\{(source|app|environment)\}/g, (_, name: string) =>
    encodeURIComponent((values[name] ?? '').toWellFormed()),
  );
}
