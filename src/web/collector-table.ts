import { html } from 'hono/html';
import type { CollectorRecord } from '../ledger/records.ts';
import type { Html } from './html.ts';
import { ago } from './moment.ts';

/** How each source is doing, and what to do about one that sees nothing. */
export function collectorTable(collectors: readonly CollectorRecord[], now: number): Html {
  if (collectors.length === 0)
    return html`<p>No source is configured: see <code>sources</code> in the configuration.</p>`;
  return html`${collectors.filter(seesNothing).map(blind)}
<div class="wide"><table>
<thead><tr><th>Source</th><th>Type</th><th>State</th><th>Last good poll</th><th class="number">Targets</th><th>History</th><th>Last failure</th></tr></thead>
<tbody>
${collectors.map((collector) => row(collector, now))}</tbody>
</table></div>`;
}

function row(collector: CollectorRecord, now: number): Html {
  return html`<tr>
<td class="whole">${collector.source}</td>
<td>${collector.type}</td>
<td class="whole">${state(collector)}</td>
<td>${ago(collector.lastSuccessAt, now)}</td>
<td class="number whole">${collector.targets ?? html`<span class="quiet">not known</span>`}</td>
<td class="whole">${history(collector.backfill)}</td>
<td class="long">${failure(collector.lastFailure, now)}</td>
</tr>
`;
}

function state({ up }: CollectorRecord): Html {
  if (up === null) return html`<span class="quiet">not polled yet</span>`;
  return up ? html`<span class="good">up</span>` : html`<span class="bad">down</span>`;
}

function history(backfill: CollectorRecord['backfill']): Html | null {
  if (backfill === null) return null;
  if (backfill.pending === 0) return html`read`;
  const all = backfill.pending + backfill.done;
  return html`<progress value="${backfill.done}" max="${all}"></progress> ${backfill.done} of ${all} read`;
}

function failure(last: CollectorRecord['lastFailure'], now: number): Html {
  if (last === null) return html`<span class="quiet">none</span>`;
  return html`<strong>${last.reason}</strong> ${ago(last.at, now)}<br>${last.detail}`;
}

function seesNothing({ up, targets }: CollectorRecord): boolean {
  return up === true && targets === 0;
}

/** A token without permission is no error to an upstream: it answers with an empty list. */
function blind({ source, type }: CollectorRecord): Html {
  const why =
    type === 'woodpecker'
      ? 'the token sees no repositories: it needs push or admin permission'
      : 'the upstream lists nothing that the token may see';
  return html`<p class="notice warn"><strong>${source}</strong>: ${why}.</p>`;
}
