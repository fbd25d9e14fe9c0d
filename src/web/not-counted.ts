import { html } from 'hono/html';
import type { NotCountedRecord } from '../ledger/records.ts';
import type { Html } from './html.ts';
import { state } from './icons.ts';
import { IGNORED_WORDS, UNKNOWN_LEAD_TIME_WORDS } from './ignored-words.ts';
import { many } from './words.ts';

/** How many reasons are shown. */
const SHOWN = 20;

export interface NotCountedModel {
  readonly sources: readonly NotCountedRecord[];
  /** Targets that `/metrics` leaves out. */
  readonly dropped: number;
}

interface Line {
  readonly source: string;
  readonly what: string;
  readonly why: string;
  readonly reason: string;
  readonly count: number;
}

/** What is in no number, and why. */
export function notCounted({ sources, dropped }: NotCountedModel): Html {
  const lines = sources.flatMap(linesOf).sort((a, b) => b.count - a.count);
  const left =
    dropped === 0
      ? null
      : html`<p class="wrong"><strong>${many(dropped, 'target')} ${dropped === 1 ? 'is' : 'are'} left out of /metrics</strong> to keep within <code>series_limit</code>: those that were deployed longest ago.</p>`;
  if (lines.length === 0)
    return html`${left}<p class="empty">${state('ok', 'Nothing was left out since the history was read.')}</p>`;
  return html`${left}<table class="stack">
<thead><tr><th scope="col">Why</th><th scope="col">What</th><th scope="col">Source</th><th scope="col">Reason</th><th scope="col" class="number">How many</th></tr></thead>
<tbody>
${lines.slice(0, SHOWN).map(row)}</tbody>
</table>
${lines.length > SHOWN ? html`<p class="more">and ${lines.length - SHOWN} more reasons on <a href="metrics">/metrics</a></p>` : null}
<p class="note">Each once, since the first read of history; what that read left out is not in here.</p>`;
}

function row({ source, what, why, reason, count }: Line): Html {
  return html`<tr>
<th scope="row" class="name">${why}</th>
<td data-label="What">${what}</td>
<td data-label="Source"><bdi>${source}</bdi></td>
<td data-label="Reason"><code>${reason}</code></td>
<td data-label="How many" class="number">${count.toLocaleString('en')}</td>
</tr>
`;
}

function linesOf({ source, ignored, unknownLeadTimes, gaps }: NotCountedRecord): Line[] {
  const words = (known: Readonly<Record<string, string>>, reason: string) => known[reason] ?? reason;
  const lines = [
    ...[...ignored].map(([reason, count]) => ({
      source,
      what: 'no deployment',
      why: words(IGNORED_WORDS, reason),
      reason,
      count,
    })),
    ...[...unknownLeadTimes].map(([reason, count]) => ({
      source,
      what: 'no lead time',
      why: words(UNKNOWN_LEAD_TIME_WORDS, reason),
      reason,
      count,
    })),
    { source, what: 'lost', why: 'Happened where it can no longer be read', reason: 'gap', count: gaps },
  ];
  return lines.filter(({ count }) => count > 0);
}
