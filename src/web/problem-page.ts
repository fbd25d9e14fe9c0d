import { html } from 'hono/html';
import { frame } from './frame.ts';
import type { Html } from './html.ts';
import { state } from './icons.ts';

/** What could not be shown, and why. */
export function problemPage(model: {
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly title: string;
  readonly detail: string | Html;
}): Html {
  const { version, now, title, detail } = model;
  return frame(
    { version, now, title: `${title} · dora-exporter` },
    html`<nav class="path" aria-label="Where this is"><a href="./">Overview</a> <span aria-hidden="true">/</span> <a href="apps">Apps</a></nav>
<div class="title"><h1>${title}</h1></div>
<p class="notice">${state('unknown', html`<bdi>${detail}</bdi>`)}</p>`,
  );
}
