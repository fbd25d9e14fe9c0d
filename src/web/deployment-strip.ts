import { html, raw } from 'hono/html';
import type { LatestDeployment } from '../ledger/records.ts';
import { pageHref } from './href.ts';
import type { Html } from './html.ts';
import { minute } from './moment.ts';
import { many } from './words.ts';

type Fate = 'failed' | 'broke' | 'rework' | 'fine';

/** What is drawn over the tile, so that no colour is needed to tell them apart. */
const SIGNS: Readonly<Record<Fate, string>> = {
  failed: '<path class="sign" d="m6.5 10.5 7 7m0-7-7 7"/>',
  broke: '<path class="sign" d="M10 8.5v6m0 3.6v.1"/>',
  rework: '<path class="sign" d="M6.3 14h7.4"/>',
  fine: '',
};

const WORDS: Readonly<Record<Fate, string>> = {
  failed: 'failed',
  broke: 'succeeded, and broke something',
  rework: 'succeeded, as rework',
  fine: 'succeeded',
};

/** The latest deployments as tiles, the latest at the end, with what the signs mean. `latest` begins with the latest. */
export function deploymentStrip(latest: readonly LatestDeployment[], window: string): Html {
  const ordered = latest.toReversed();
  const fates = (['fine', 'rework', 'broke', 'failed'] as const).map((fate) => ({
    fate,
    count: ordered.filter((one) => fateOf(one) === fate).length,
  }));
  return html`<ol class="strip">
${ordered.map((one) => html`<li><a href="${pageHref('apps', { app: one.app, environment: one.environment, window }, `deployment-${one.id}`)}">${tile(fateOf(one), title(one))}</a></li>\n`)}</ol>
<ul class="legend">
${fates.filter(({ count }) => count > 0).map(({ fate, count }) => html`<li>${tile(fate, null)}<span>${many(count, WORDS[fate], WORDS[fate])}</span></li>\n`)}</ul>`;
}

function tile(fate: Fate, title: string | null): Html {
  const shape = html`<rect class="tile ${fate}" x="1" y="2" width="18" height="24" rx="3"/>${raw(SIGNS[fate])}`;
  return title === null
    ? html`<svg viewBox="0 0 20 28" width="20" height="28" aria-hidden="true" focusable="false">${shape}</svg>`
    : html`<svg viewBox="0 0 20 28" width="20" height="28" role="img" aria-label="${title}"><title>${title}</title>${shape}</svg>`;
}

/** What became of a deployment, the worst first. */
export function fateOf({
  outcome,
  changeFailure,
  rework,
}: Pick<LatestDeployment, 'outcome' | 'changeFailure' | 'rework'>): Fate {
  if (outcome === 'failure') return 'failed';
  if (changeFailure !== null) return 'broke';
  return rework === null ? 'fine' : 'rework';
}

function title(one: LatestDeployment): string {
  return `${one.app} to ${one.environment}, #${one.number}, ${WORDS[fateOf(one)]}: ${minute(one.finishedAt)} UTC`;
}
