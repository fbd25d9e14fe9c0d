import { html } from 'hono/html';
import type { DeploymentBrief, IncidentRecord, Page } from '../ledger/records.ts';
import type { Html } from './html.ts';
import { exactly } from './moment.ts';
import { roughly, safeLink } from './words.ts';

/** The incidents that are open now, or the sentence that there is none. */
export function incidentTable(page: Page<IncidentRecord>, now: number): Html {
  if (page.items.length === 0) return html`<p class="good">No incident is open.</p>`;
  return html`<div class="wide"><table>
<thead><tr><th>App</th><th>Environment</th><th>Team</th><th>Kind</th><th>Open since</th><th class="number">Failures</th><th>Deployment</th><th>Record</th></tr></thead>
<tbody>
${page.items.map((incident) => row(incident, now))}</tbody>
</table></div>
${page.next === null ? null : html`<p>There are more: <a href="api/v1/incidents?state=open">all open incidents</a>.</p>`}`;
}

function row(incident: IncidentRecord, now: number): Html {
  return html`<tr>
<td class="long">${incident.app}</td>
<td>${incident.environment}</td>
<td>${incident.team}</td>
<td>${incident.kind}</td>
<td>${since(incident, now)}</td>
<td class="number">${incident.failures}</td>
<td>${upstream(incident.openedBy ?? incident.attributedTo)}</td>
<td><a href="api/v1/incidents/${incident.id}">${incident.id}</a></td>
</tr>
`;
}

function since({ openedAt }: IncidentRecord, now: number): Html {
  if (openedAt === null) return html`<span class="quiet">longer than the history that was read</span>`;
  return html`<time datetime="${new Date(openedAt).toISOString()}">${exactly(openedAt)}</time><br><span class="quiet">(${roughly(now - openedAt)})</span>`;
}

function upstream(failure: DeploymentBrief | null): Html | null {
  if (failure === null) return null;
  const link = safeLink(failure.link);
  return link === null ? html`#${failure.number}` : html`<a href="${link}" rel="noreferrer">#${failure.number}</a>`;
}
