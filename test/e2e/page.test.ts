import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parsePage } from '../metrics/parse-page.ts';
import { goodPoll, nextPoll, pageWith, Stage, scrape } from './stage.ts';
import { tellStory } from './story.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A metric's name. Parts of a recording rule's (`level:metric:operation`) are not: no page has them. */
const NAME = /(?<![:\w])dora_[a-z_]+[a-z]\b(?!:)/g;
const OPEN_METRICS = 'application/openmetrics-text;version=1.0.0';

describe('before anything was polled', () => {
  it('B1: each name that the documentation has is declared on the page', async () => {
    const documented = new Set(
      globSync(['docs/**/*.md', 'README.md'], { cwd: ROOT }).flatMap((file) =>
        [...readFileSync(`${ROOT}/${file}`, 'utf8').matchAll(NAME)].map(([name]) => name),
      ),
    );
    expect(documented.size).toBeGreaterThan(20);

    await using stage = await Stage.open();
    stage.woodpecker.faults.add({ kind: 'hang' });
    await using program = await stage.start();
    const families = parsePage((await scrape(program)).text, 'text');
    const declared = [...families].flatMap(([name, { type }]) =>
      type === 'histogram' ? [name, `${name}_sum`, `${name}_count`, `${name}_bucket`] : [name],
    );
    expect([...documented].filter((name) => !declared.includes(name))).toEqual([]);
  });

  it('B17: what is not known is absent, not 0', async () => {
    await using stage = await Stage.open();
    tellStory(stage, stage.repo('acme/shop'));
    const heal = stage.woodpecker.faults.add({ kind: 'hang' });
    await using program = await stage.start();
    await program.until(() => stage.asked(/./) > 0, 'the first poll is under way');
    const early = await scrape(program);
    expect(early.targets()).toEqual([]);
    for (const name of ['up', 'last_success_timestamp_seconds', 'targets']) {
      expect(early.all(`dora_collector_${name}`), name).toEqual([]);
    }
    expect(early.value('dora_collector_polls_total')).toBe(0);
    const forPeople = await (await fetch(program.url)).text();
    expect(forPeople).toContain('Not known yet: the first poll has not ended.');
    expect(forPeople).not.toMatch(/No incident is open|Nothing is failing/);

    heal();
    await program.stop();
    await using again = await stage.start();
    const page = await goodPoll(again);
    expect(page.targets()).not.toEqual([]);
    expect(page.value('dora_collector_targets')).toBe(1);
  });
});

describe('a page with targets', () => {
  it('B2: is well-formed in both formats, and its names fit their types', async () => {
    await using stage = await Stage.open();
    tellStory(stage, stage.repo('acme/shop'));
    await using program = await stage.start();
    const page = await goodPoll(program);
    const families = parsePage(page.text, 'text');
    for (const [name, { type }] of families) {
      if (!name.startsWith('dora_')) continue;
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      expect(name, 'a suffix that belongs to histograms').not.toMatch(/_(count|sum|bucket)$/);
    }
    expect(families.get('dora_deployments_total')?.series).toHaveLength(2);

    const ask = (accept: string) => fetch(`${program.url}/metrics`, { headers: { accept } });
    const open = await ask(OPEN_METRICS);
    expect(open.headers.get('content-type')).toMatch(
      /^application\/openmetrics-text; ?version=1\.0\.0; ?charset=utf-8$/,
    );
    expect(parsePage(await open.text(), 'openmetrics').get('dora_deployments')?.series).toHaveLength(2);
    expect((await ask('text/plain')).headers.get('content-type')).toMatch(
      /^text\/plain; ?version=0\.0\.4; ?charset=utf-8/,
    );
  });

  it('B19: a status nobody knows is neither outcome, and texts of people make no series', async () => {
    await using stage = await Stage.open();
    const shop = stage.repo('acme/shop');
    tellStory(stage, shop);
    await using program = await stage.start();
    await goodPoll(program);
    const names = (page: Awaited<ReturnType<typeof scrape>>) =>
      page.samples
        .filter(({ name }) => name.startsWith('dora_'))
        .map(({ name, labels }) => `${name} ${Object.values(labels)}`);
    const before = await nextPoll(stage, program);

    for (let i = 0; i < 200; i += 1) {
      const errors = [{ type: 'generic', message: `failed at ${i}`, is_warning: false, data: null }];
      stage.push(shop, i % 2 === 0 ? `weird-${i}` : 'failure', 1000 + i, {
        errors,
        message: `fix ${i}`,
        author: `dev-${i}`,
      });
    }
    const after = await pageWith(
      program,
      (page) => page.value('dora_deployments_total', { outcome: 'failure' }) === 102,
      'a hundred more failures',
    );
    expect(after.value('dora_deployments_total', { outcome: 'success' })).toBe(2);
    const fresh = names(after).filter((name) => !names(before).includes(name));
    expect(fresh).toEqual([
      'dora_incident_open_since_timestamp_seconds woodpecker,acme/shop,production,,deployment',
      // There are enough for a ratio now.
      ...['7d', '30d', '90d'].map(
        (window) => `dora_window_change_failure_ratio woodpecker,acme/shop,production,,${window}`,
      ),
    ]);
  });
});
