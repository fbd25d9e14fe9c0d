import { html } from 'hono/html';
import type { KnownTarget } from '../domain/known-target.ts';
import type { Window } from '../domain/windows.ts';
import { pageHref } from './href.ts';
import type { Html } from './html.ts';
import type { Filter } from './services.ts';

/** More than these are not to be chosen from: the rest is found by its name. */
const CHOICES = 200;

export interface FilterModel {
  readonly filter: Filter;
  readonly windows: readonly Window[];
  /** All that can be chosen. */
  readonly targets: readonly KnownTarget[];
}

/** A form that works without a script. `page` is where it leads. */
export function filterForm(page: './' | 'apps', { filter, windows, targets }: FilterModel): Html {
  const { q, team, environment, window } = filter;
  const narrowed = q !== null || team !== null || environment !== null;
  return html`<form class="filter" role="search" aria-label="Apps" action="${page}" method="get">
<label class="grow"><span>App</span><input type="search" name="q" value="${q ?? ''}" maxlength="200" placeholder="Part of a name" autocomplete="off"></label>
${choice(
  'Team',
  'team',
  team,
  distinct(targets, ({ team }) => team),
)}
${choice(
  'Environment',
  'environment',
  environment,
  distinct(targets, ({ environment }) => environment),
)}
${choice(
  'Window',
  'window',
  window.name,
  windows.map(({ name }) => name),
  null,
)}
<button type="submit">Show</button>
${narrowed ? html`<a class="clear" href="${pageHref(page, { window: window.name })}">Show all</a>` : null}
</form>`;
}

function choice(
  title: string,
  name: string,
  chosen: string | null,
  values: readonly string[],
  all: string | null = 'All',
): Html {
  const few = values.slice(0, CHOICES);
  // What was asked for stays chosen, even where it is not there.
  const options = chosen === null || few.includes(chosen) ? few : [chosen, ...few];
  return html`<label><span>${title}</span><select name="${name}">${all === null ? null : html`<option value="">${all}</option>`}${options.map((value) => html`<option value="${value}"${value === chosen ? ' selected' : ''}>${value}</option>`)}</select></label>`;
}

function distinct(targets: readonly KnownTarget[], of: (target: KnownTarget) => string): readonly string[] {
  return [...new Set(targets.map(of))].filter((value) => value !== '').sort();
}
