import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seedStory } from '../../src/demo/story/seed-story.ts';
import { EVERY_ANSWER } from '../../src/http/headers.ts';
import { Stage } from '../e2e/stage.ts';
import { startLoopback } from '../support/loopback.ts';
import { findings, look, openBrowser, overhang, VIEWS } from './support/browser.ts';
import { openInChromium } from './support/chromium.ts';
import { configure } from './support/configure.ts';

/** Where pictures of all pages go, to be looked at; nowhere where it is not set. */
// biome-ignore lint/style/noProcessEnv: only a person asks for it.
const SHOTS = process.env['SCREENSHOTS'];
/** The address of a demo that runs, to renew the picture of the README from it. */
// biome-ignore lint/style/noProcessEnv: only a person asks for it.
const DEMO = process.env['DEMO_URL'];
const IMAGE = fileURLToPath(new URL('../../docs/images/overview.png', import.meta.url));

const SCRIPT = `<script>document.title='broken in'</script>`;
/** Names that a person, or somebody worse, could give. */
const HOSTILE = [
  `o/${SCRIPT}`,
  `o/"><img src=x onerror=alert(1)>`,
  'o/‮fdp.exe متجر',
  `o/${'x'.repeat(198)}`,
  'o/🚀🔥👩‍👩‍👧‍👦',
  `o/' onmouseover='alert(2)`,
];

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

it('shows all pages on a telephone and a screen, light and dark: nothing to complain of, axe finds nothing, nothing scrolls sideways', {
  timeout: 300_000,
}, async () => {
  await using stage = await Stage.open();
  seedStory(stage.woodpecker.state, { seed: 7, now: Date.now(), days: 90 });
  stage.push(stage.repo('shop/basket'), 'success', 10);
  stage.push(stage.repo('shop/basket'), 'failure', 80_000);
  configure(stage);
  await using program = await stage.start();
  await program.until(async () => (await collectors(program.url))[0]?.up === true, 'a complete good poll');
  const pages = [
    '/',
    '/?window=7d&q=shop',
    '/apps',
    '/apps?app=shop%2Fcheckout',
    '/apps?app=shop%2Fbasket',
    '/apps?app=nobody',
  ];
  for (const view of VIEWS) {
    for (const [place, path] of pages.entries()) {
      await using seen = await look(browser, program.url + path, view);
      const where = `${path} at ${view.width} px, ${view.colorScheme}`;
      if (SHOTS !== undefined) {
        mkdirSync(SHOTS, { recursive: true });
        await seen.page.screenshot({ path: `${SHOTS}/${place}-${view.width}-${view.colorScheme}.png`, fullPage: true });
      }
      // That the answer says 404 is right.
      expect(
        seen.complaints.filter((text) => !text.includes('404')),
        where,
      ).toEqual([]);
      expect(await findings(seen.page), where).toEqual([]);
      expect(await overhang(seen.page), where).toBe(0);
    }
  }
});

it('B19: hostile names harm nothing, on any page', async () => {
  await using stage = await Stage.open();
  for (const name of HOSTILE) {
    const repo = stage.repo(name);
    stage.push(repo, 'success', 10, { message: SCRIPT, branch: 'main' });
    stage.push(repo, 'failure', 20, {
      deploy_to: SCRIPT,
      errors: [{ type: 'generic', message: SCRIPT, is_warning: false, data: null }],
    });
  }
  configure(stage);
  await using program = await stage.start();
  await program.until(async () => (await collectors(program.url))[0]?.up === true, 'a complete good poll');
  for (const view of VIEWS.filter(({ width, colorScheme }) => width === 390 && colorScheme === 'light')) {
    await using overview = await look(browser, program.url, view);
    const apps = await overview.page
      .locator('table.apps th a')
      .evaluateAll((links) => links.map((link) => (link as unknown as { href: string }).href));
    expect(apps).toHaveLength(2 * HOSTILE.length);
    if (SHOTS !== undefined)
      await overview.page.screenshot({ path: `${SHOTS}/hostile-${view.width}.png`, fullPage: true });
    for (const url of [`${program.url}/`, ...apps, `${program.url}/?q=${encodeURIComponent(SCRIPT)}`]) {
      await using seen = await look(browser, url, view);
      expect(seen.complaints, url).toEqual([]);
      expect(await seen.page.title(), url).toMatch(/dora-exporter$/);
      expect(await seen.page.locator('script, img, [onmouseover], [onerror]').count(), url).toBe(0);
      expect(await overhang(seen.page), url).toBe(0);
    }
  }
});

it.runIf(DEMO !== undefined)(
  'renews the picture in the README, once something is failing',
  { timeout: 600_000 },
  async () => {
    await expect
      .poll(async () => await (await fetch(`${DEMO}/api/v1/incidents?state=open`)).text(), {
        timeout: 590_000,
        interval: 500,
      })
      .toContain('"kind":"deployment"');
    await using seen = await look(browser, DEMO ?? '', { width: 1440, colorScheme: 'light' });
    await seen.page.screenshot({ path: IMAGE, clip: { x: 70, y: 0, width: 1300, height: 1010 }, fullPage: true });
  },
);

it('a browser refuses what our content security policy forbids, and says so', async () => {
  await using server = await startLoopback((_, response) => {
    response.writeHead(200, { ...EVERY_ANSWER, 'content-type': 'text/html' });
    response.end('<!doctype html><title>before</title><script>document.title = "after"</script>');
  });
  const { dom, console } = await openInChromium(server.url);
  expect(dom).toContain('<title>before</title>');
  expect(console.join('\n')).toContain('Content Security Policy');
});

async function collectors(url: string): Promise<readonly { readonly up: boolean | null }[]> {
  const answer = await fetch(`${url}/api/v1/collectors`);
  return ((await answer.json()) as { items: { up: boolean | null }[] }).items;
}
