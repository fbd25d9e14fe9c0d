import { html } from 'hono/html';
import type { Trend } from '../domain/trend.ts';
import type { Window } from '../domain/windows.ts';
import type { DeploymentRecord, IncidentRecord, LatestDeployment, Page } from '../ledger/records.ts';
import { serviceState } from './app-table.ts';
import { deploymentEntry } from './deployment-entry.ts';
import { deploymentStrip } from './deployment-strip.ts';
import { frame } from './frame.ts';
import { pageHref } from './href.ts';
import type { Html } from './html.ts';
import { state } from './icons.ts';
import { incidentEntry } from './incident-entry.ts';
import { keyCards } from './key-cards.ts';
import { moment } from './moment.ts';
import type { Service } from './services.ts';

export interface AppModel {
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly service: Service;
  readonly window: Window;
  readonly windows: readonly Window[];
  readonly minSamples: number;
  readonly trend: Trend;
  /** Each null when the ledger does not answer. */
  readonly latest: readonly LatestDeployment[] | null;
  readonly history: Page<DeploymentRecord> | null;
  /** The latest opened first, and whether there are more. */
  readonly incidents: { readonly items: readonly IncidentRecord[]; readonly areAll: boolean } | null;
  /** Whether the history begins with the latest deployment. */
  readonly isFirst: boolean;
}

/** One app in one environment: its keys, its incidents, its deployments, and why each counts as it does. */
export function appPage(model: AppModel): Html {
  const { version, now, service, window, windows, history, incidents, latest, isFirst } = model;
  const { app, environment, team, targets } = service;
  const here = { app, environment };
  return frame(
    { version, now, title: `${app} in ${environment} · dora-exporter` },
    html`<nav class="path" aria-label="Where this is"><a href="./">Overview</a> <span aria-hidden="true">/</span> <a href="apps">Apps</a></nav>
<div class="title"><h1><bdi>${app}</bdi></h1>${serviceState(service, now)}</div>
<dl class="chips">
<div><dt>Environment</dt><dd><bdi>${environment}</bdi></dd></div>
<div><dt>Team</dt><dd>${team === '' ? html`<span class="quiet">none</span>` : html`<a href="${pageHref('./', { team })}"><bdi>${team}</bdi></a>`}</dd></div>
<div><dt>${targets.length === 1 ? 'Source' : 'Sources'}</dt><dd><bdi>${targets.map(({ source }) => source).join(', ')}</bdi></dd></div>
<div><dt>Known whole since</dt><dd>${moment(Math.max(...targets.map(({ observedSince }) => observedSince)))}</dd></div>
</dl>
<section aria-labelledby="keys">
<div class="heading"><h2 id="keys">The five keys</h2>
<nav class="choice" aria-label="Window">${windows.map(({ name }) => html`<a href="${pageHref('apps', { ...here, window: name })}"${name === window.name ? html` aria-current="true"` : ''}>${name}</a>`)}</nav></div>
${keyCards(model)}
<p class="note">Row by row: ${targets.map(({ source }, place) => html`${place === 0 ? '' : ', '}<a href="${api('keys', { ...here, source, window: window.name })}">keys of <bdi>${source}</bdi></a>`)}.</p>
</section>
<section aria-labelledby="incidents">
<h2 id="incidents">Incidents</h2>
${incidents === null ? UNKNOWN : incidentList(incidents, here, now)}
</section>
<section aria-labelledby="deployments">
<h2 id="deployments">Deployments</h2>
${isFirst && latest !== null && latest.length > 0 ? deploymentStrip(latest, window.name) : null}
${history === null ? UNKNOWN : deployments(history, { ...here, window: window.name }, isFirst, now)}
</section>`,
  );
}

const UNKNOWN = html`<p class="empty">${state('unknown', 'Not known at the moment: the ledger does not answer.')}</p>`;

function incidentList(
  { items, areAll }: NonNullable<AppModel['incidents']>,
  here: { readonly app: string; readonly environment: string },
  now: number,
): Html {
  if (items.length === 0) return html`<p class="empty">${state('ok', 'There was none.')}</p>`;
  return html`<ol class="entries">
${items.map((incident) => incidentEntry(incident, now))}</ol>
${areAll ? null : html`<p class="more"><a href="${api('incidents', here)}">all incidents</a></p>`}`;
}

function deployments(
  { items, next }: Page<DeploymentRecord>,
  here: { readonly app: string; readonly environment: string; readonly window: string },
  isFirst: boolean,
  now: number,
): Html {
  return html`${
    items.length === 0
      ? html`<p class="empty">${state('unknown', 'None is known.')}</p>`
      : html`<ol class="entries">
${items.map((deployment) => deploymentEntry(deployment, now))}</ol>`
  }
<p class="pages">${isFirst ? null : html`<a href="${pageHref('apps', here, 'deployments')}">the latest</a>`}${next === null ? null : html`<a href="${pageHref('apps', { ...here, cursor: next }, 'deployments')}">earlier deployments</a>`}</p>`;
}

function api(list: string, parameters: Readonly<Record<string, string>>): string {
  return `api/v1/${list}?${new URLSearchParams(parameters)}`;
}
