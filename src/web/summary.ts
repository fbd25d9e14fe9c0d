import { html } from 'hono/html';
import type { CollectorRecord, NotifierRecord } from '../ledger/records.ts';
import { whyNothing } from './early.ts';
import type { Html } from './html.ts';
import { state } from './icons.ts';
import { isLate } from './notifier-section.ts';
import { many } from './words.ts';

export interface SummaryModel {
  /** How many apps there are, and how many of them are failing: of all, whatever is shown. */
  readonly apps: number;
  readonly failing: number;
  readonly collectors: readonly CollectorRecord[];
  readonly workspaces: readonly string[];
  readonly notifier: NotifierRecord | null;
  /** Whether this process polls and sends, or another of those that share the ledger. */
  readonly leads: boolean;
  /** What is wrong with the ledger, in words; null: nothing. */
  readonly ledger: string | null;
  readonly now: number;
}

/** What a person must know at once: what fails, and whether this page knows. */
export function summary(model: SummaryModel): Html {
  return html`${model.ledger === null ? null : html`<p class="notice bad" role="alert">${state('bad', model.ledger)}</p>`}
<ul class="summary">
${[apps(model), ...sources(model), ...notifier(model)].map((line) => html`<li>${line}</li>\n`)}</ul>`;
}

function apps({ apps, failing, collectors, workspaces }: SummaryModel): Html {
  if (failing > 0)
    return html`<a class="plain" href="#failing">${state('bad', `${failing.toLocaleString('en')} of ${many(apps, 'app')} failing`)}</a>`;
  if (apps > 0) return state('ok', `Nothing is failing in ${many(apps, 'app')}`);
  return state('unknown', whyNothing(collectors, workspaces));
}

function sources({ collectors, leads }: SummaryModel): Html[] {
  if (!leads) return [state('unknown', 'This replica follows: it shows what the ledger had a few seconds ago')];
  if (collectors.length === 0) return [];
  const down = collectors.filter(({ up }) => up === false).length;
  const blind = collectors.filter(({ up, targets }) => up === true && targets === 0).length;
  const waiting = collectors.filter(({ up }) => up === null).length;
  const reading = collectors.filter(({ backfill }) => (backfill?.pending ?? 0) > 0).length;
  const link = (level: 'bad' | 'warn' | 'unknown', words: string) =>
    html`<a class="plain" href="#sources">${state(level, words)}</a>`;
  const lines = [
    down === 0 ? null : link('bad', `${many(down, 'source')} cannot be read`),
    blind === 0 ? null : link('warn', `${many(blind, 'source')} ${blind === 1 ? 'sees' : 'see'} nothing`),
    waiting === 0 ? null : link('unknown', `${many(waiting, 'source')} not polled yet`),
    reading === 0 ? null : link('unknown', `${many(reading, 'source')} still reading history`),
  ].filter((line) => line !== null);
  return lines.length > 0
    ? lines
    : [state('ok', collectors.length === 1 ? 'The source is read' : `All ${collectors.length} sources are read`)];
}

function notifier({ notifier, now }: SummaryModel): Html[] {
  if (notifier === null) return [];
  const blocked = notifier.rooms.filter(({ blocked }) => blocked !== null).length;
  const late = notifier.rooms.filter(({ oldestAt }) => isLate(oldestAt, now)).length;
  if (blocked > 0) return [html`<a class="plain" href="#notifications">${state('bad', 'Messages are blocked')}</a>`];
  if (late > 0) return [html`<a class="plain" href="#notifications">${state('warn', 'Messages are late')}</a>`];
  return [state('ok', 'Messages are sent')];
}
