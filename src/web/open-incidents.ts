import { html } from 'hono/html';
import type { DeploymentBrief, IncidentRecord } from '../ledger/records.ts';
import { pageHref } from './href.ts';
import type { Html } from './html.ts';
import { state } from './icons.ts';
import { KIND_WORDS } from './incident-words.ts';
import { exactly } from './moment.ts';
import type { OpenIncident, Service } from './services.ts';
import { roughly, safeLink } from './words.ts';

/** How many are shown. */
export const SHOWN_INCIDENTS = 12;

/** An incident that is open, with what the ledger says of it. */
export interface OpenIncidentModel extends OpenIncident {
  readonly service: Service;
  /** Null where the ledger does not answer, or has closed it by now. */
  readonly record: IncidentRecord | null;
}

export interface OpenIncidentsModel {
  /** At most `SHOWN_INCIDENTS`, those that are open for longest first. */
  readonly incidents: readonly OpenIncidentModel[];
  /** How many there are in all. */
  readonly count: number;
  readonly now: number;
  readonly window: string;
}

/** What is failing now, for how long, and the way to it. */
export function openIncidents({ incidents, count, now, window }: OpenIncidentsModel): Html {
  if (count === 0) return html`<p class="empty">${state('ok', 'No incident is open.')}</p>`;
  return html`<table class="stack">
<thead><tr><th scope="col">App</th><th scope="col">Environment</th><th scope="col">Team</th><th scope="col">What</th><th scope="col" class="number">Open for</th><th scope="col" class="number">Failures</th><th scope="col">Deployment</th><th scope="col">Record</th></tr></thead>
<tbody>
${incidents.map((incident) => row(incident, now, window))}</tbody>
</table>
${count > incidents.length ? html`<p class="more">and ${count - incidents.length} more: <a href="api/v1/incidents?state=open">all open incidents</a></p>` : null}`;
}

function row({ service, kind, since, record }: OpenIncidentModel, now: number, window: string): Html {
  const { app, environment, team } = service;
  return html`<tr>
<th scope="row" class="name"><a href="${pageHref('apps', { app, environment, window })}"><bdi>${app}</bdi></a></th>
<td data-label="Environment"><bdi>${environment}</bdi></td>
<td data-label="Team">${team === '' ? html`<span class="quiet">none</span>` : html`<bdi>${team}</bdi>`}</td>
<td data-label="What">${state('bad', KIND_WORDS[kind])}</td>
<td data-label="Open for" class="number">${since === null ? html`<span class="quiet">longer than is known</span>` : html`<time datetime="${new Date(since).toISOString()}" title="since ${exactly(since)}">${roughly(now - since)}</time>`}</td>
<td data-label="Failures" class="number">${record === null ? none() : record.failures}</td>
<td data-label="Deployment">${record === null ? none() : upstream(record.openedBy ?? record.attributedTo)}</td>
<td data-label="Record">${record === null ? none() : html`<a href="api/v1/incidents/${record.id}">incident ${record.id}</a>`}</td>
</tr>
`;
}

function none(): Html {
  return html`<span class="quiet" aria-label="not known">–</span>`;
}

/** Where a deployment is to be seen upstream, if it has such a place. */
export function upstream(deployment: Pick<DeploymentBrief, 'link' | 'number'> | null): Html {
  if (deployment === null) return none();
  const link = safeLink(deployment.link);
  return link === null
    ? html`#${deployment.number}`
    : html`<a href="${link}" rel="noreferrer">#${deployment.number}</a>`;
}
