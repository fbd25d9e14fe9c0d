import { expect, it } from 'vitest';
import { seedStory } from '../../src/demo/story/seed-story.ts';
import { EVERY_ANSWER } from '../../src/http/headers.ts';
import { Stage } from '../e2e/stage.ts';
import { startLoopback } from '../support/loopback.ts';
import { openInChromium } from './support/chromium.ts';
import { configure } from './support/configure.ts';

it('a browser shows the landing page with the collectors, and has nothing to complain of', async () => {
  await using stage = await Stage.open();
  seedStory(stage.woodpecker.state, { seed: 7, now: Date.now(), days: 90 });
  configure(stage);
  await using program = await stage.start();
  await program.until(async () => (await collectors(program.url))[0]?.up === true, 'a complete good poll');

  const { dom, console } = await openInChromium(`${program.url}/`);
  expect(dom).toContain('<h1>dora-exporter</h1>');
  expect(dom).toMatch(/<table>.*<td[^>]*>woodpecker<\/td>.*<span class="good">up<\/span>.*<\/table>/s);
  expect(console).toEqual([]);
});

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
