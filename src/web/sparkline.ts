import { html } from 'hono/html';
import type { Html } from './html.ts';

/** One part of the time that a sparkline shows. */
export interface Bar {
  /** Null: there is too little to say anything; an empty place, unlike 0. */
  readonly value: number | null;
  /** What it says, in words. */
  readonly title: string;
}

const STEP = 10;
const GAP = 2;
const HEIGHT = 40;
/** A bar of 0 is still to be seen. */
const LEAST = 1.5;

/** Bars from 0 on, the highest as high as the picture. It stretches to the width that it is given. */
export function sparkline(title: string, bars: readonly Bar[]): Html {
  const most = Math.max(0, ...bars.map(({ value }) => value ?? 0));
  const width = Math.max(1, bars.length) * STEP - GAP;
  return html`<svg class="spark" role="img" viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none" aria-label="${title}">
<title>${title}</title>
${bars.map((bar, place) => column(bar, place, most))}</svg>`;
}

function column({ value, title }: Bar, place: number, most: number): Html {
  const x = place * STEP;
  const height = value === null || most === 0 ? LEAST : Math.max(LEAST, (value / most) * HEIGHT);
  const kind = value === null ? 'none' : value === 0 ? 'zero' : 'bar';
  // The place above a low bar tells what it says, too.
  return html`<g><title>${title}</title><rect class="place" x="${x}" y="0" width="${STEP - GAP}" height="${HEIGHT}"/><rect class="${kind}" x="${x}" y="${round(HEIGHT - height)}" width="${STEP - GAP}" height="${round(height)}"/></g>
`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
