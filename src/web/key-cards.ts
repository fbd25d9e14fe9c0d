import { html } from 'hono/html';
import { KEY_NAMES, type KeyName, type KeyValue, keyValues } from '../domain/keys.ts';
import type { Trend } from '../domain/trend.ts';
import type { Window } from '../domain/windows.ts';
import type { Html } from './html.ts';
import { icon } from './icons.ts';
import { day, minute } from './moment.ts';
import { sparkline } from './sparkline.ts';
import { frequency, inTwoUnits, many, percent } from './words.ts';

const TITLES: Readonly<Record<KeyName, string>> = {
  deployment_frequency: 'Deployment frequency',
  lead_time: 'Lead time for changes',
  change_failure_rate: 'Change failure rate',
  recovery_time: 'Time to recover',
  rework_rate: 'Rework rate',
};

const BASES: Readonly<Record<KeyName, (samples: number) => string>> = {
  deployment_frequency: (samples) => many(samples, 'deployment'),
  lead_time: (samples) => `median of ${many(samples, 'change')}`,
  change_failure_rate: (samples) => `of ${many(samples, 'deployment')}`,
  recovery_time: (samples) => `median of ${many(samples, 'recovery', 'recoveries')}`,
  rework_rate: (samples) => `of ${many(samples, 'deployment')}`,
};

/** Whether more of it is better. */
const MORE_IS_BETTER: Readonly<Record<KeyName, boolean>> = {
  deployment_frequency: true,
  lead_time: false,
  change_failure_rate: false,
  recovery_time: false,
  rework_rate: false,
};

/** The five keys of a window. */
export interface KeyCardsModel {
  readonly trend: Trend;
  readonly window: Window;
  readonly minSamples: number;
}

export function keyCards({ trend, window, minSamples }: KeyCardsModel): Html {
  const values = keyValues(trend.keys, window.ms, minSamples);
  const parts = trend.parts.map(({ span, keys }) => ({
    span,
    values: keyValues(keys, span.until - span.after, minSamples),
  }));
  const { compared } = trend;
  const changes = compared && {
    targets: compared.targets,
    now: keyValues(compared.now, window.ms, minSamples),
    before: keyValues(compared.before, window.ms, minSamples),
  };
  return html`<ul class="cards">
${KEY_NAMES.map((key) => {
  const bars = parts.map((part) => ({
    value: figure(part.values[key]),
    title: `${time(part.span.after, window)} to ${time(part.span.until, window)}: ${shown(key, part.values[key])}`,
  }));
  return html`<li class="card">
<h3>${TITLES[key]}</h3>
${value(key, values[key])}
${changes === null ? null : change(key, changes.before[key], changes.now[key], window)}
${changes === null || changes.targets === trend.targets ? null : comparison(key, changes.before[key], changes.now[key], changes.targets)}
${sparkline(`${TITLES[key]} over the last ${window.name}, in ${bars.length} parts`, bars)}
<p class="basis">${values[key].absent === null ? BASES[key](values[key].samples) : values[key].absent}</p>
</li>
`;
})}</ul>
${basis(trend, window)}`;
}

function value(key: KeyName, given: KeyValue): Html {
  if (given.absent !== null) return html`<p class="value absent">Not known</p>`;
  if (key === 'deployment_frequency') {
    const { value, unit } = frequency(given.value ?? 0);
    return html`<p class="value">${value} <span class="unit">${unit}</span></p>`;
  }
  return html`<p class="value">${shown(key, given)}</p>`;
}

/** The number that bars and changes are about; null: there is none. */
function figure({ value, times, absent }: KeyValue): number | null {
  return absent === null ? (times === null ? value : times.median) : null;
}

function shown(key: KeyName, given: KeyValue): string {
  const number = figure(given);
  if (number === null) return 'too little to say';
  if (key === 'deployment_frequency') return many(given.samples, 'deployment');
  return given.times === null ? percent(number) : inTwoUnits(number);
}

function time(at: number, { ms }: Window): string {
  return ms < 1_209_600_000 ? minute(at) : day(at);
}

function change(key: KeyName, before: KeyValue, now: KeyValue, { name }: Window): Html {
  const from = figure(before);
  const to = figure(now);
  if (from === null || to === null) return html`<p class="change quiet">nothing to compare</p>`;
  const was = key === 'deployment_frequency' ? many(before.samples, 'deployment') : shown(key, before);
  const title = `${name} before: ${was}`;
  // Shares are compared in points, all else by how much of it there was.
  const isShare = now.times === null && key !== 'deployment_frequency';
  if (!isShare && from === 0) return html`<p class="change quiet" title="${title}">none in the ${name} before</p>`;
  const by = isShare ? (to - from) * 100 : ((to - from) / from) * 100;
  const size = `${Math.abs(by) >= 10 ? Math.round(Math.abs(by)) : Math.round(Math.abs(by) * 10) / 10}`;
  if (size === '0') return html`<p class="change quiet" title="${title}">${icon('same')}as before</p>`;
  const isBetter = by > 0 === MORE_IS_BETTER[key];
  return html`<p class="change ${isBetter ? 'ok' : 'bad'}" title="${title}">${icon(by > 0 ? 'up' : 'down')}<span>${size}\u00a0${isShare ? 'points' : '%'}, ${isBetter ? 'better' : 'worse'}</span></p>`;
}

/** Between which numbers the change is, where they are not those above it. */
function comparison(key: KeyName, before: KeyValue, now: KeyValue, targets: number): Html | null {
  if (figure(before) === null || figure(now) === null) return null;
  return html`<p class="basis">of the ${targets} known then: ${shown(key, now)}, before ${shown(key, before)}</p>`;
}

/** What the numbers rest on, where that is not all of it. */
function basis({ compared, targets, incomplete, keys }: Trend, { name }: Window): Html {
  const notes = [
    compared === null
      ? `There is no whole ${name} before this one to compare with.`
      : `Compared with the ${name} before${compared.targets === targets ? '' : `, over the ${compared.targets} of ${targets} that were known then`}.`,
    incomplete === 0
      ? null
      : `${many(incomplete, 'target')} of ${targets} ${incomplete === 1 ? 'is' : 'are'} known whole for less than ${name}.`,
    keys.deployments === keys.ratioDeployments
      ? null
      : `${many(keys.deployments - keys.ratioDeployments, 'deployment')} ${keys.deployments - keys.ratioDeployments === 1 ? 'is' : 'are'} in no rate: a failure at that time could not have been seen.`,
  ];
  return html`<p class="note">${notes.filter((note) => note !== null).join(' ')}</p>`;
}
