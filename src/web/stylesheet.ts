import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const PARTS = ['colours', 'text', 'layout', 'tables', 'charts', 'history'];

/** The one stylesheet of the pages; read once, at start. Its address changes with it, so that none is out of date. */
export const STYLESHEET = open();

function open(): { readonly text: string; readonly href: string } {
  const text = PARTS.map((part) => readFileSync(new URL(`./css/${part}.css`, import.meta.url), 'utf8')).join('\n');
  return { text, href: `static/status.css?v=${createHash('sha256').update(text).digest('hex').slice(0, 12)}` };
}
