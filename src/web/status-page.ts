import { html } from 'hono/html';
import type { CollectorRecord, IncidentRecord, Page } from '../ledger/records.ts';
import { collectorTable } from './collector-table.ts';
import type { Html } from './html.ts';
import { incidentTable } from './incident-table.ts';

export interface StatusModel {
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Null when they cannot be told because the ledger does not answer. */
  readonly collectors: readonly CollectorRecord[] | null;
  readonly openIncidents: Page<IncidentRecord> | null;
}

const LINKS = [
  { to: 'metrics', about: 'what Prometheus scrapes' },
  { to: '-/ready', about: 'whether the program is ready' },
  { to: 'api/v1/targets', about: 'what is deployed, and where' },
  { to: 'api/v1/deployments', about: 'every deployment, with the rule that decided it' },
  { to: 'api/v1/incidents', about: 'every incident, with its failures and its recovery' },
  { to: 'api/v1/collectors', about: 'how each source is doing' },
];

/** The page at `/`: plain HTML, no script. Links are relative, so that it also works under a proxy's path. */
export function statusPage(model: StatusModel): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>dora-exporter</title>
<link rel="stylesheet" href="static/status.css">
</head>
<body>
<header>
<h1>dora-exporter</h1>
<p>The DORA keys of what you deploy, for Prometheus: deployments, change failures, and how long recovery takes.</p>
<p class="quiet">Version ${model.version}</p>
</header>
<main>
${silent(model)}
<section>
<h2>Open incidents</h2>
${model.openIncidents === null ? UNKNOWN : incidentTable(model.openIncidents, model.now)}
</section>
<section>
<h2>Sources</h2>
${model.collectors === null ? UNKNOWN : collectorTable(model.collectors, model.now)}
</section>
<section>
<h2>More</h2>
<dl class="links">
${LINKS.map(({ to, about }) => html`<dt><a href="${to}">/${to}</a></dt><dd>${about}</dd>\n`)}</dl>
</section>
</main>
</body>
</html>
`;
}

const UNKNOWN = html`<p class="quiet">Not known at the moment.</p>`;

function silent(model: StatusModel): Html | null {
  if (model.collectors !== null && model.openIncidents !== null) return null;
  return html`<p class="notice bad" role="alert">The ledger does not answer: this page cannot show everything. The log says why.</p>`;
}
