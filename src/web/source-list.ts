import { html } from 'hono/html';
import type { CollectorRecord } from '../ledger/records.ts';
import { FAILURE_WORDS } from './failure-words.ts';
import type { Html } from './html.ts';
import { state } from './icons.ts';
import { ago } from './moment.ts';
import { many } from './words.ts';

/** How many are shown. */
const SHOWN = 50;

export interface SourcesModel {
  readonly collectors: readonly CollectorRecord[];
  /** Names of the workspaces that applications post to. */
  readonly workspaces: readonly string[];
  /** Whether this process polls them; another knows otherwise how they are doing. */
  readonly leads: boolean;
  readonly now: number;
}

/** How each source is doing, and in words what is wrong with it. */
export function sourceList({ collectors, workspaces, leads, now }: SourcesModel): Html {
  if (collectors.length + workspaces.length === 0)
    return html`<p class="empty">${state('unknown', html`No source is configured: see <code>sources</code> in the configuration.`)}</p>`;
  // What needs a look comes first.
  const ordered = collectors.toSorted((a, b) => Number(a.up === true) - Number(b.up === true));
  return html`<ul class="rows">
${ordered.slice(0, SHOWN).map((collector) => polled(collector, leads, now))}${workspaces.slice(0, SHOWN).map(posted)}</ul>
${collectors.length > SHOWN ? html`<p class="more">and ${collectors.length - SHOWN} more: <a href="api/v1/collectors">all sources</a></p>` : null}`;
}

function polled(collector: CollectorRecord, leads: boolean, now: number): Html {
  return html`<li class="row">
<div class="head"><h3><bdi>${collector.source}</bdi></h3>${leads ? status(collector) : state('unknown', 'polled by another replica')}</div>
<p class="facts"><span>${collector.type}</span><span>last good poll ${ago(collector.lastSuccessAt, now)}</span>${listed(collector)}${history(collector.backfill)}</p>
${wrong(collector, now)}
</li>
`;
}

function posted(name: string): Html {
  return html`<li class="row">
<div class="head"><h3><bdi>${name}</bdi></h3>${state('ok', 'takes posts')}</div>
<p class="facts"><span>workspace of the embedded error sink</span><span>nothing is polled</span></p>
</li>
`;
}

function status({ up, targets }: CollectorRecord): Html {
  if (up === null) return state('unknown', 'not polled yet');
  if (!up) return state('bad', 'cannot be read');
  return targets === 0 ? state('warn', 'sees nothing') : state('ok', 'up');
}

function listed({ type, targets }: CollectorRecord): Html | null {
  if (targets === null) return null;
  const [one, several] = NAMES[type] ?? ['target', 'targets'];
  return html`<span>${many(targets, one, several)} listed</span>`;
}

const NAMES: Readonly<Record<string, readonly [string, string]>> = {
  woodpecker: ['repository', 'repositories'],
  argocd: ['application', 'applications'],
  errors: ['subsystem', 'subsystems'],
};

function history(backfill: CollectorRecord['backfill']): Html | null {
  if (backfill === null) return null;
  if (backfill.pending === 0) return html`<span>history read</span>`;
  const all = backfill.pending + backfill.done;
  return html`<span>reading history: ${backfill.done} of ${all} <progress value="${backfill.done}" max="${all}" aria-label="History that is read"></progress></span>`;
}

function wrong({ up, type, targets, lastFailure: last }: CollectorRecord, now: number): Html | null {
  if (up === false && last !== null)
    return html`<p class="wrong"><strong>${FAILURE_WORDS[last.reason]}</strong> <span class="quiet">${last.reason}, ${ago(last.at, now)}: <bdi>${last.detail}</bdi></span></p>`;
  // A token without permission is no error to an upstream: it answers with an empty list.
  if (up === true && targets === 0)
    return html`<p class="wrong"><strong>${type === 'woodpecker' ? 'The token sees no repositories: it needs push or admin permission.' : 'The upstream lists nothing that the token may see.'}</strong></p>`;
  if (last === null) return null;
  return html`<p class="quiet">Last failed ${ago(last.at, now)}: ${last.reason}</p>`;
}
