import { expect, it } from 'vitest';
import { Stage } from '../../e2e/stage.ts';
import { configure } from '../support/configure.ts';
import { Prometheus } from '../support/prometheus.ts';
import { startTextProxy } from '../support/text-proxy.ts';

const NOW = 86_400; // the stage's epoch is a day ago

it.each([
  ['dora_deployments_total', '{outcome="failure"}'],
  ['dora_change_failures_total', '{cause="deployment"}'],
])('the first live failure of a new target is an increase of 1 in %s', async (name, labels) => {
  await using stage = await Stage.open();
  const repo = stage.repo('acme/shop');
  configure(stage, { birthHold: '3s' });
  await using program = await stage.start();
  await using proxy = await startTextProxy(() => program.url);
  await using prometheus = await Prometheus.start({ openmetrics: program.url, text: proxy.url });
  // First polled empty, and seen so.
  await prometheus.some('dora_collector_up == 1');
  expect(await prometheus.query(name)).toEqual([]);

  stage.push(repo, 'failure', NOW);
  for (const job of ['openmetrics', 'text']) {
    await prometheus.some(`${name}${labels} == 1 and on(job) up{job="${job}"}`);
  }
  await prometheus.scrapes(['openmetrics', 'text'], 2);

  for (const { samples } of await prometheus.stored(`${name}${labels}`)) {
    const values = samples.map(({ value }) => value);
    expect(values[0]).toBe(0);
    expect(values.at(-1)).toBe(1);
    expect(values).toEqual(values.toSorted());
  }
  // It tells more than 1 because it also reckons with the time before the first sample and after the last.
  const risen = await prometheus.query(`increase(${name}${labels}[5m])`);
  expect(risen.map(({ value }) => Math.round(value))).toEqual([1, 1]);
  // What did not happen did not rise.
  const others = await prometheus.query(`increase(${name}{outcome="success"}[5m])`);
  expect(others.map(({ value }) => value)).toEqual(name === 'dora_deployments_total' ? [0, 0] : []);
});
