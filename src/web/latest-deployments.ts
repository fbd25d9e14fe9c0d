import { html } from 'hono/html';
import type { LatestDeployment } from '../ledger/records.ts';
import { deploymentStrip, fateOf } from './deployment-strip.ts';
import { pageHref } from './href.ts';
import type { Html } from './html.ts';
import { state } from './icons.ts';
import { ago } from './moment.ts';
import { upstream } from './open-incidents.ts';
import { inTwoUnits } from './words.ts';

/** How many are drawn, and how many are told of in words. */
export const DRAWN_DEPLOYMENTS = 48;
const TOLD = 6;

const FATES = {
  failed: { level: 'bad', words: 'failed' },
  broke: { level: 'warn', words: 'broke something' },
  rework: { level: 'ok', words: 'succeeded, rework' },
  fine: { level: 'ok', words: 'succeeded' },
} as const;

/** The latest deployments of all, the latest first. */
export function latestDeployments(latest: readonly LatestDeployment[], now: number, window: string): Html {
  if (latest.length === 0) return html`<p class="empty">${state('unknown', 'No deployment is known.')}</p>`;
  return html`${deploymentStrip(latest, window)}
<table class="stack">
<thead><tr><th scope="col">App</th><th scope="col">Environment</th><th scope="col">Deployment</th><th scope="col">Outcome</th><th scope="col" class="number">Took</th><th scope="col" class="number">Finished</th></tr></thead>
<tbody>
${latest.slice(0, TOLD).map((one) => row(one, now, window))}</tbody>
</table>`;
}

function row(one: LatestDeployment, now: number, window: string): Html {
  const { level, words } = FATES[fateOf(one)];
  const { app, environment } = one;
  return html`<tr>
<th scope="row" class="name"><a href="${pageHref('apps', { app, environment, window })}"><bdi>${app}</bdi></a></th>
<td data-label="Environment"><bdi>${environment}</bdi></td>
<td data-label="Deployment">${upstream(one)}</td>
<td data-label="Outcome">${state(level, words)}</td>
<td data-label="Took" class="number">${one.durationMs === null ? html`<span class="quiet">not known</span>` : inTwoUnits(one.durationMs)}</td>
<td data-label="Finished" class="number">${ago(one.finishedAt, now)}</td>
</tr>
`;
}
