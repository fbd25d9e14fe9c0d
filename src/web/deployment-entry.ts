import { html } from 'hono/html';
import type { ReworkCause } from '../domain/deployment.ts';
import type { VerdictEntry } from '../domain/override.ts';
import type { ChangeRecord, DeploymentRecord } from '../ledger/records.ts';
import { fateOf } from './deployment-strip.ts';
import type { Html } from './html.ts';
import { state } from './icons.ts';
import { UNKNOWN_LEAD_TIME_WORDS } from './ignored-words.ts';
import { ago, moment } from './moment.ts';
import { upstream } from './open-incidents.ts';
import { inTwoUnits, many } from './words.ts';

/** How many changes of a deployment are shown. */
const SHOWN_CHANGES = 20;

const OUTCOMES = {
  failed: { level: 'bad', words: 'Failed' },
  broke: { level: 'warn', words: 'Succeeded, and broke something' },
  rework: { level: 'ok', words: 'Succeeded, rework' },
  fine: { level: 'ok', words: 'Succeeded' },
} as const;

const REWORK_WORDS: Readonly<Record<ReworkCause, string>> = {
  rollback: 'it went back to what had run before',
  deployment: 'it ended an incident that a failed deployment had opened',
  degraded: 'it was deployed while the app was unhealthy, and that ended',
  errors: 'it was deployed while there were too many errors, and that ended',
};

const ROLE_WORDS = { opened: 'Opened', extended: 'Failed during', closed: 'Closed' } as const;

/** One deployment, with the rules that made it what it is. `now` in milliseconds since the epoch. */
export function deploymentEntry(one: DeploymentRecord, now: number): Html {
  const { level, words } = OUTCOMES[fateOf(one)];
  return html`<li class="entry" id="deployment-${one.id}">
<div class="head"><h3>${state(level, words)}</h3><p class="when">${ago(one.finishedAt, now)}</p></div>
<p class="facts"><span>${upstream(one)}</span><span>${moment(one.finishedAt)}</span>${one.durationMs === null ? null : html`<span>took ${inTwoUnits(one.durationMs)}</span>`}${one.commit === '' ? null : html`<span>commit <code><bdi>${one.commit.slice(0, 12)}</bdi></code></span>`}<span><a href="api/v1/deployments/${one.id}">deployment ${one.id}</a></span></p>
<dl class="why">
<div><dt>Counted</dt><dd><bdi>${one.rule}</bdi>${details(one.details)}</dd></div>
<div><dt>Change failure</dt><dd>${changeFailure(one)}</dd></div>
${one.rework === null ? null : html`<div><dt>Rework</dt><dd>yes: ${REWORK_WORDS[one.rework]}</dd></div>`}
${one.incidentId === null || one.role === null ? null : html`<div><dt>Incident</dt><dd>${ROLE_WORDS[one.role]} <a href="api/v1/incidents/${one.incidentId}">incident ${one.incidentId}</a></dd></div>`}
${one.verdicts.length === 0 ? null : html`<div><dt>People</dt><dd><ul class="said">${one.verdicts.map(said)}</ul></dd></div>`}
${one.delivery === null ? null : html`<div><dt>Changes</dt><dd>${delivered(one)}</dd></div>`}
</dl>
</li>
`;
}

function details(given: DeploymentRecord['details']): Html | null {
  const entries = Object.entries(given);
  if (entries.length === 0) return null;
  return html` <span class="quiet">(${entries.map(([name, value], place) => html`${place === 0 ? '' : ', '}${name.replaceAll('_', ' ')} <bdi>${value}</bdi>`)})</span>`;
}

function changeFailure({ changeFailure, changeFailureWhy, verdict }: DeploymentRecord): Html {
  if (changeFailure !== null) return html`yes, ${changeFailure}: <bdi>${changeFailureWhy ?? ''}</bdi>`;
  return html`no${verdict === 'not_a_failure' ? ': a person said so' : ': it did not fail, and nothing is attributed to it'}`;
}

function said({ by, reason, decidedAt, verdict }: VerdictEntry): Html {
  const what =
    verdict === null ? 'took back what was said' : verdict === 'failure' ? 'a change failure' : 'no change failure';
  return html`<li><bdi>${by}</bdi>, ${moment(decidedAt)}: ${what}${reason === '' ? null : html` (<bdi>${reason}</bdi>)`}</li>`;
}

function delivered({ delivery, changes }: DeploymentRecord): Html {
  if (delivery === 'queued') return html`being looked up`;
  if (delivery === 'no_forge') return html`not known: no forge is configured that could be asked`;
  if (delivery === 'nothing' || changes.length === 0) return html`none`;
  const number = changes.reduce((sum, change) => sum + change.number, 0);
  const known = changes.flatMap(({ leadMs }) => leadMs ?? []);
  const lead =
    known.length === 0
      ? 'lead time not known'
      : `lead time ${inTwoUnits(Math.min(...known))}${known.length === 1 ? '' : ` to ${inTwoUnits(Math.max(...known))}`}`;
  return html`<details><summary>${many(number, 'change')}, ${lead}</summary><ul class="said">${changes.slice(0, SHOWN_CHANGES).map(change)}</ul>${changes.length > SHOWN_CHANGES ? html`<p class="more">and ${changes.length - SHOWN_CHANGES} more</p>` : null}</details>`;
}

function change({ sha, leadMs, committedAt, unknown, number }: ChangeRecord): Html {
  const name = sha === '' ? html`${many(number, 'change')}` : html`<code><bdi>${sha.slice(0, 12)}</bdi></code>`;
  if (leadMs === null)
    return html`<li>${name}: ${unknown === null ? 'not known' : UNKNOWN_LEAD_TIME_WORDS[unknown]}</li>`;
  return html`<li>${name}: ${inTwoUnits(leadMs)}${committedAt === null ? null : html`, committed ${moment(committedAt)}`}</li>`;
}
