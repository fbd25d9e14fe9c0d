import { html } from 'hono/html';
import type { Html } from './html.ts';
import { roughly } from './words.ts';

/** How long ago, with the exact time to hover over. `at` and `now` in milliseconds since the epoch. */
export function ago(at: number | null, now: number): Html {
  if (at === null) return html`<span class="quiet">never</span>`;
  return html`<time datetime="${new Date(at).toISOString()}" title="${exactly(at)}">${roughly(now - at)} ago</time>`;
}

/** A time that a person can compare with a log: UTC, to the second. */
export function exactly(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** The same, as markup. */
export function moment(at: number): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${exactly(at)}</time>`;
}

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const MINUTE = new Intl.DateTimeFormat('en-GB', {
  ...{ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', timeZone: 'UTC' },
});

/** The day in UTC: `4 Nov`. */
export function day(at: number): string {
  return DAY.format(at);
}

/** The minute in UTC: `4 Nov, 13:05`. */
export function minute(at: number): string {
  return MINUTE.format(at);
}
