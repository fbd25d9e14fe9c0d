import { expect, it } from 'vitest';
import { Stage } from '../../e2e/stage.ts';
import { configure } from '../support/configure.ts';
import { Prometheus } from '../support/prometheus.ts';
import { startTextProxy } from '../support/text-proxy.ts';

const JOBS = ['openmetrics', 'text'];
const COUNTERS = ['dora_deployments_total{outcome="failure"}', 'dora_change_failures_total{cause="deployment"}'];

/** In seconds of the stage, which begins a day ago. */
const NOW = 86_400;

it('the first live failure of a new target is an increase of 1', async () => {
  await using stage = await Stage.open();
  const repo = stage.repo('acme/shop');
  configure(stage, { birthHold: '3s' });
  await using program = await stage.start();
  await using proxy = await startTextProxy(() => program.url);
  await using prometheus = await Prometheus.start({ openmetrics: program.url, text: proxy.url });
  // The repository was polled while it was empty, and Prometheus has seen that.
  await prometheus.some('dora_collector_up == 1');
  expect(await prometheus.query('dora_deployments_total')).toEqual([]);

  stage.push(repo, 'failure', NOW);
  for (const counter of COUNTERS) await prometheus.some(`count(${counter} == 1) == ${JOBS.length}`);
  await prometheus.scrapes(JOBS, 2);

  for (const counter of COUNTERS) {
    for (const { samples } of await prometheus.stored(counter)) {
      const values = samples.map(({ value }) => value);
      expect(values, counter).toEqual(values.toSorted());
      expect(new Set(values), counter).toEqual(new Set([0, 1]));
    }
    // A little more than 1: Prometheus reckons that it went on rising until now.
    const risen = await prometheus.query(`increase(${counter}[5m])`);
    expect(
      risen.map(({ value }) => Math.round(value)),
      counter,
    ).toEqual([1, 1]);
  }
  const successes = await prometheus.query('increase(dora_deployments_total{outcome="success"}[5m])');
  expect(successes.map(({ value }) => value)).toEqual([0, 0]);
});
