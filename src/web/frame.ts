import { html, raw } from 'hono/html';
import type { Html } from './html.ts';
import { exactly } from './moment.ts';
import { STYLESHEET } from './stylesheet.ts';

export interface FrameModel {
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Of the document. */
  readonly title: string;
}

const LINKS = [
  { to: 'metrics', about: 'what Prometheus scrapes' },
  { to: 'api/v1/keys', about: 'the five keys, with every row they are taken over' },
  { to: 'api/v1/deployments', about: 'every deployment, with the rule that decided it' },
  { to: 'api/v1/incidents', about: 'every incident, with its failures and its recovery' },
  { to: 'api/v1/targets', about: 'what is deployed, and where' },
  { to: 'api/v1/collectors', about: 'how each source is doing' },
  { to: 'api/v1/notifications', about: 'what was sent, when and why' },
  { to: '-/ready', about: 'whether the program is ready' },
];

const MARK =
  '<rect width="24" height="24" rx="6"/><path d="M5 16.5v2M9.7 12v6.5M14.3 14.5v4M19 6v12.5" stroke-width="2.6" stroke-linecap="round"/>';

/** A whole document. Links are relative, so that it also works under a proxy's path. */
export function frame({ version, now, title }: FrameModel, main: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="${STYLESHEET.href}">
<link rel="icon" href="static/mark.svg" type="image/svg+xml">
</head>
<body>
<header class="top">
<a class="brand" href="./"><svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">${raw(MARK)}</svg>dora-exporter</a>
<p class="asof">As of <time datetime="${new Date(now).toISOString()}">${exactly(now)}</time></p>
</header>
<main>
${main}
</main>
<footer>
<h2>The same for scripts</h2>
<dl class="links">
${LINKS.map(({ to, about }) => html`<div><dt><a href="${to}">/${to}</a></dt><dd>${about}</dd></div>\n`)}</dl>
<p>dora-exporter ${version}. Times are in UTC.</p>
</footer>
</body>
</html>
`;
}

/** The sign of the program, for the tab of a browser. */
export const MARK_SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="#2f5fd0" stroke="#fff">${MARK.replace('<rect', '<rect stroke="none"').replace('<path', '<path fill="none"')}</svg>`;
