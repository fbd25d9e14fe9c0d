import { html } from 'hono/html';
import type { KnownTarget } from '../domain/known-target.ts';
import type { Trend } from '../domain/trend.ts';
import type { Window } from '../domain/windows.ts';
import type { CollectorRecord, LatestDeployment, NotCountedRecord, NotifierRecord } from '../ledger/records.ts';
import { appTable } from './app-table.ts';
import { whyNothing } from './early.ts';
import { filterForm } from './filter-form.ts';
import { frame } from './frame.ts';
import { pageHref } from './href.ts';
import type { Html } from './html.ts';
import { state } from './icons.ts';
import { keyCards } from './key-cards.ts';
import { latestDeployments } from './latest-deployments.ts';
import { notCounted } from './not-counted.ts';
import { notifierSection } from './notifier-section.ts';
import { type OpenIncidentModel, openIncidents } from './open-incidents.ts';
import type { Filter, Service } from './services.ts';
import { sourceList } from './source-list.ts';
import { summary } from './summary.ts';
import { many } from './words.ts';

/** How many apps are shown. */
export const SHOWN_APPS = 20;

export interface OverviewModel {
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly filter: Filter;
  readonly windows: readonly Window[];
  readonly minSamples: number;
  /** All of them, whatever is shown. */
  readonly targets: readonly KnownTarget[];
  readonly apps: number;
  readonly failing: number;
  /** What the filter leaves, in the order in which it is shown. */
  readonly services: readonly Service[];
  readonly trend: Trend;
  /** Those that are open for longest first, and how many there are in all. */
  readonly incidents: readonly OpenIncidentModel[];
  readonly openCount: number;
  /** The latest first; null when the ledger does not answer. */
  readonly latest: readonly LatestDeployment[] | null;
  readonly collectors: readonly CollectorRecord[];
  readonly workspaces: readonly string[];
  readonly notifier: NotifierRecord | null;
  readonly notCounted: readonly NotCountedRecord[];
  /** Whether this process polls and sends, or another of those that share the ledger. */
  readonly leads: boolean;
  /** What is wrong with the ledger, in words; null: nothing. */
  readonly ledger: string | null;
}

/** The page at `/`: plain HTML, no script. */
export function overviewPage(model: OverviewModel): Html {
  const { version, now, filter, services } = model;
  const { window } = filter;
  return frame(
    { version, now, title: 'dora-exporter' },
    html`<h1 class="hidden">Overview</h1>
${summary(model)}
${filterForm('./', model)}
<section aria-labelledby="keys">
<h2 id="keys">The five keys <span class="sub">last ${window.name}, ${many(services.length, 'app')}</span></h2>
${services.length === 0 ? nothing(model) : keyCards({ ...model, window })}
</section>
<section aria-labelledby="failing">
<h2 id="failing">Failing now</h2>
${services.length === 0 ? nothing(model) : openIncidents({ incidents: model.incidents, count: model.openCount, now, window: window.name })}
</section>
<section aria-labelledby="latest">
<h2 id="latest">Latest deployments</h2>
${model.latest === null ? UNKNOWN : latestDeployments(model.latest, now, window.name)}
</section>
<section aria-labelledby="apps">
<h2 id="apps">Apps <span class="sub">last ${window.name}</span></h2>
${services.length === 0 ? nothing(model) : apps(model)}
</section>
<div class="columns">
<section aria-labelledby="sources">
<h2 id="sources">Sources</h2>
${sourceList(model)}
</section>
<section aria-labelledby="notifications">
<h2 id="notifications">Notifications</h2>
${notifierSection(model.notifier, now)}
</section>
</div>
<section aria-labelledby="not-counted">
<h2 id="not-counted">Not counted, and why</h2>
${notCounted({ sources: model.notCounted, dropped: model.targets.filter(({ isDropped }) => isDropped).length })}
</section>`,
  );
}

function apps({ services, trend, filter, minSamples, now }: OverviewModel): Html {
  const { q, team, environment, window } = filter;
  const rest = services.length - SHOWN_APPS;
  return html`${appTable({ services: services.slice(0, SHOWN_APPS), window, span: trend.span, minSamples, now })}
${rest > 0 ? html`<p class="more">and ${rest.toLocaleString('en')} more: <a href="${pageHref('apps', { q, team, environment, window: window.name })}">all ${many(services.length, 'app')}</a></p>` : null}`;
}

const UNKNOWN = html`<p class="empty">${state('unknown', 'Not known at the moment: the ledger does not answer.')}</p>`;

function nothing({ targets, collectors, workspaces }: OverviewModel): Html {
  if (targets.length > 0) return html`<p class="empty">${state('unknown', 'No app matches.')}</p>`;
  return html`<p class="empty">${state('unknown', whyNothing(collectors, workspaces))}</p>`;
}
