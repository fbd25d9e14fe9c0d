import { html } from 'hono/html';
import type { DeploymentBrief, IncidentRecord, SightingBrief } from '../ledger/records.ts';
import type { Html } from './html.ts';
import { state } from './icons.ts';
import { END_WORDS, KIND_WORDS } from './incident-words.ts';
import { ago, moment } from './moment.ts';
import { upstream } from './open-incidents.ts';
import { inTwoUnits, many, roughly } from './words.ts';

/** How much of a long run is shown. */
const SHOWN = 10;

/** One incident, from what opened it to what ended it. `now` in milliseconds since the epoch. */
export function incidentEntry(one: IncidentRecord, now: number): Html {
  return html`<li class="entry">
<div class="head"><h3>${title(one, now)}</h3><p class="when">${one.closedAt === null ? null : ago(one.closedAt, now)}</p></div>
<p class="facts"><span>${KIND_WORDS[one.kind]}</span><span><bdi>${one.source}</bdi></span><span><a href="api/v1/incidents/${one.id}">incident ${one.id}</a></span></p>
<dl class="why">
<div><dt>Opened</dt><dd>${one.openedAt === null ? 'before the history that was read' : moment(one.openedAt)}${by(one.openedBy)}</dd></div>
${one.attributedTo === null ? null : html`<div><dt>To blame</dt><dd>deployment ${upstream(one.attributedTo)} of ${moment(one.attributedTo.finishedAt)}</dd></div>`}
${one.failures > 1 ? html`<div><dt>Failures</dt><dd>${one.failures.toLocaleString('en')}${run(one.run)}</dd></div>` : null}
${one.sightings.length === 0 ? null : html`<div><dt>Seen</dt><dd>${sightings(one.sightings)}</dd></div>`}
${one.state === 'open' ? null : html`<div><dt>Ended</dt><dd>${one.closedAt === null ? null : moment(one.closedAt)}${by(one.closedBy)}</dd></div>`}
${one.resolution === null ? null : html`<div><dt>By</dt><dd><bdi>${one.resolution.by}</bdi>${one.resolution.reason === '' ? null : html`: <bdi>${one.resolution.reason}</bdi>`}</dd></div>`}
</dl>
</li>
`;
}

function title({ state: now_, openedAt, recoveryMs }: IncidentRecord, now: number): Html {
  if (now_ === 'open') return state('bad', openedAt === null ? 'Open' : `Open for ${roughly(now - openedAt)}`);
  const took = recoveryMs === null ? '' : ` after ${inTwoUnits(recoveryMs)}`;
  const isWell = now_ === 'recovered' || now_ === 'resolved' || now_ === 'withdrawn';
  return state(isWell ? 'ok' : 'unknown', `${END_WORDS[now_]}${took}`);
}

function by(deployment: DeploymentBrief | null): Html | null {
  return deployment === null ? null : html`, by ${upstream(deployment)}: <bdi>${deployment.rule}</bdi>`;
}

function run(failures: readonly DeploymentBrief[]): Html | null {
  if (failures.length < 2) return null;
  return html`: ${failures.slice(0, SHOWN).map((failure, place) => html`${place === 0 ? '' : ', '}${upstream(failure)}`)}${failures.length > SHOWN ? ` and ${failures.length - SHOWN} more` : ''}`;
}

const SEEN = { failure: 'failing', recovery: 'well', withdrawn: 'taken back' } as const;

function sightings(all: readonly SightingBrief[]): Html {
  return html`<ul class="said">${all.slice(0, SHOWN).map(({ kind, at, details }) => html`<li>${SEEN[kind]} at ${moment(at)}${facts(details)}</li>`)}</ul>${all.length > SHOWN ? html`<p class="more">and ${many(all.length - SHOWN, 'sighting')} more</p>` : null}`;
}

function facts(details: SightingBrief['details']): Html | null {
  const entries = Object.entries(details);
  if (entries.length === 0) return null;
  return html` <span class="quiet">(${entries.map(([name, value], place) => html`${place === 0 ? '' : ', '}${name.replaceAll('_', ' ')} <bdi>${value}</bdi>`)})</span>`;
}
