import { html, raw } from 'hono/html';
import type { Html } from './html.ts';

const SHAPES = {
  ok: '<circle cx="8" cy="8" r="7"/><path class="cut" d="M4.8 8.3 7 10.5l4.3-4.8"/>',
  bad: '<path d="M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2z"/><path class="cut" d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8"/>',
  warn: '<path d="M8 1.2 15.3 14.3H.7z" stroke="currentColor" stroke-linejoin="round"/><path class="cut" d="M8 6v4m0 2v.1"/>',
  unknown: '<circle class="line" cx="8" cy="8" r="6.2" stroke-dasharray="2.6 2.3"/>',
  up: '<path class="line" d="M8 13V3.5M4 7.3l4-4 4 4"/>',
  down: '<path class="line" d="M8 3v9.5M4 8.7l4 4 4-4"/>',
  same: '<path class="line" d="M3 6h10M3 10h10"/>',
  away: '<path class="line" d="M6.5 3.5H3.5v9h9v-3M9 3h4v4M13 3 7.5 8.5"/>',
} as const;

export type IconName = keyof typeof SHAPES;

/** A sign beside words that say the same: so no reader is told of it. */
export function icon(name: IconName): Html {
  return html`<svg class="icon ${name}" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">${raw(SHAPES[name])}</svg>`;
}

/** Words about a state, with its sign and colour. */
export function state(level: 'ok' | 'bad' | 'warn' | 'unknown', words: string | Html): Html {
  return html`<span class="state ${level}">${icon(level)}<span>${words}</span></span>`;
}
