import { html } from 'hono/html';
import type { KnownTarget } from '../domain/known-target.ts';
import type { Span, Window } from '../domain/windows.ts';
import { appTable } from './app-table.ts';
import { filterForm } from './filter-form.ts';
import { frame } from './frame.ts';
import { pageHref } from './href.ts';
import type { Html } from './html.ts';
import { state } from './icons.ts';
import type { Filter, Service } from './services.ts';
import { many } from './words.ts';

/** How many apps are on one page. */
export const APPS_PER_PAGE = 100;

export interface AppsModel {
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly filter: Filter;
  readonly windows: readonly Window[];
  readonly minSamples: number;
  /** All of them, whatever is shown. */
  readonly targets: readonly KnownTarget[];
  /** Those of this page. */
  readonly services: readonly Service[];
  /** How many there are on all pages. */
  readonly count: number;
  /** From 1 on. */
  readonly page: number;
  readonly span: Span;
  /** Why there is none at all, in words. */
  readonly whyNothing: string;
}

/** All apps, a page at a time. */
export function appsPage(model: AppsModel): Html {
  const { version, now, filter, services, count, page, targets } = model;
  const { q, team, environment, window } = filter;
  const to = (number: number) => pageHref('apps', { q, team, environment, window: window.name, page: number });
  const pages = Math.max(1, Math.ceil(count / APPS_PER_PAGE));
  return frame(
    { version, now, title: 'Apps · dora-exporter' },
    html`<nav class="path" aria-label="Where this is"><a href="./">Overview</a></nav>
<div class="title"><h1>Apps</h1><p class="quiet">${many(count, 'app')}, last ${window.name}</p></div>
${filterForm('apps', model)}
${services.length === 0 ? html`<p class="empty">${state('unknown', targets.length > 0 ? 'No app matches.' : model.whyNothing)}</p>` : appTable({ ...model, window })}
${pages === 1 ? null : html`<p class="pages">${page > 1 ? html`<a href="${to(page - 1)}">the page before</a>` : null}<span>page ${page} of ${pages}</span>${page < pages ? html`<a href="${to(page + 1)}">the next page</a>` : null}</p>`}`,
  );
}
