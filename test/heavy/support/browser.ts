import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { requireTool } from './tool.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What people use: a telephone and a screen, by their width in pixels, in both schemes of colours. */
export const VIEWS = [390, 1440].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
);

export type View = (typeof VIEWS)[number];

/** A headless Chromium: Debian's own. */
export async function openBrowser(): Promise<Browser> {
  requireTool('chromium', 'scripts/install-chromium');
  return await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
}

/** A page as somebody sees it, and everything that the browser had to complain of. */
export async function look(browser: Browser, url: string, { width, colorScheme }: View) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** What axe finds: each rule with the places that break it. It is put in over the protocol, past the page's own policy. */
export async function findings(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  });
}

/** How many pixels of the page lie beyond its width. */
export async function overhang(page: Page): Promise<number> {
  return await page.evaluate(() => {
    const { documentElement } = (globalThis as unknown as { document: { documentElement: Element } }).document;
    return documentElement.scrollWidth - documentElement.clientWidth;
  });
}

interface Element {
  readonly scrollWidth: number;
  readonly clientWidth: number;
}
