import { html } from 'hono/html';
import { together } from '../domain/trend.ts';
import { type Span, type Window, windowKeys } from '../domain/windows.ts';
import { pageHref } from './href.ts';
import type { Html } from './html.ts';
import { state } from './icons.ts';
import { ago } from './moment.ts';
import type { Service } from './services.ts';
import { inTwoUnits, percent, roughly } from './words.ts';

export interface AppTableModel {
  readonly services: readonly Service[];
  readonly window: Window;
  readonly span: Span;
  readonly minSamples: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Apps with their state and their keys. */
export function appTable({ services, window, span, minSamples, now }: AppTableModel): Html {
  return html`<table class="stack apps">
<thead><tr><th scope="col">App</th><th scope="col">Environment</th><th scope="col">Team</th><th scope="col">State</th><th scope="col" class="number">Deployments</th><th scope="col" class="number">Failure rate</th><th scope="col" class="number">Recovery</th><th scope="col" class="number">Lead time</th><th scope="col" class="number">Last deployment</th></tr></thead>
<tbody>
${services.map((service) => row(service, { window, span, minSamples, now }))}</tbody>
</table>`;
}

function row(service: Service, { window, span, minSamples, now }: Omit<AppTableModel, 'services'>): Html {
  const { app, environment, team, targets, latestAt } = service;
  const keys = windowKeys(together(targets.map(({ rows }) => rows)), span, minSamples);
  return html`<tr>
<th scope="row" class="name"><a href="${pageHref('apps', { app, environment, window: window.name })}"><bdi>${app}</bdi></a></th>
<td data-label="Environment"><bdi>${environment}</bdi></td>
<td data-label="Team">${team === '' ? html`<span class="quiet">none</span>` : html`<bdi>${team}</bdi>`}</td>
<td data-label="State">${serviceState(service, now)}</td>
<td data-label="Deployments" class="number">${keys.deployments.toLocaleString('en')}</td>
<td data-label="Failure rate" class="number">${keys.changeFailureRatio === null ? few(keys.ratioDeployments === 0 ? 'not known' : 'too few') : percent(keys.changeFailureRatio)}</td>
<td data-label="Recovery" class="number">${keys.recovery.median === null ? few('none') : inTwoUnits(keys.recovery.median)}</td>
<td data-label="Lead time" class="number">${keys.leadTime.median === null ? few(keys.awaitsLeadTimes ? 'not known yet' : 'none') : inTwoUnits(keys.leadTime.median)}</td>
<td data-label="Last deployment" class="number">${ago(latestAt, now)}</td>
</tr>
`;
}

/** Why there is no number. */
function few(words: string): Html {
  return html`<span class="quiet">${words}</span>`;
}

/** Whether an app is failing, in words. */
export function serviceState({ open, latestAt }: Service, now: number): Html {
  if (open.length > 0) {
    const since = open.map((incident) => incident.since);
    const earliest = since.includes(null) ? null : Math.min(...since.map((at) => at ?? now));
    return state('bad', earliest === null ? 'failing' : `failing for ${roughly(now - earliest)}`);
  }
  return latestAt === null ? state('unknown', 'nothing deployed yet') : state('ok', 'fine');
}
