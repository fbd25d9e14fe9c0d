import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Stage } from '../../e2e/stage.ts';
import { startLoopback } from '../../support/loopback.ts';
import type { Program } from '../../support/program.ts';
import { configure } from '../support/configure.ts';
import { Prometheus } from '../support/prometheus.ts';
import { only, render } from './render.ts';

const SUCCESSES = 'dora_deployments_total{outcome="success"}';

it("a deployment between two pods, scraped through the chart's relabelling, is an increase of 1", async () => {
  await using stage = await Stage.open();
  const repo = stage.repo('acme/shop');
  for (const second of [100, 200]) stage.push(repo, 'success', second);
  configure(stage);
  const discovery = { file_sd_configs: [{ files: [join(stage.folder, 'pods.json')], refresh_interval: '1s' }] };
  const monitor = only(await render({ serviceMonitor: { enabled: true } }), 'ServiceMonitor');
  const { relabelings } = monitor.spec.endpoints[0];

  let program = await stage.start();
  discover(stage, program, 'dora-exporter-6f7d-aaaaa', 'node-1');
  try {
    await using prometheus = await Prometheus.start({
      chart: { ...discovery, relabel_configs: relabelings.map(asPrometheusHasIt) },
      bare: discovery,
    });
    await prometheus.some(`${SUCCESSES} == 2`);
    await prometheus.scrapes(['chart', 'bare'], 2);

    expect(await program.stop()).toEqual({ code: 0, signal: null });
    stage.push(repo, 'success', 86_400);
    program = await stage.start();
    discover(stage, program, 'dora-exporter-8c9b-bbbbb', 'node-2');
    await prometheus.some(`${SUCCESSES.replace('}', ', job="chart"}')} == 3`);
    await prometheus.some(`${SUCCESSES.replace('}', ', job="bare"}')} == 3`);
    await prometheus.scrapes(['chart'], 2);

    const through = SUCCESSES.replace('}', ', job="chart"}');
    const series = await prometheus.stored(through);
    expect(series.map(({ labels }) => labels)).toEqual([
      {
        __name__: 'dora_deployments_total',
        job: 'chart',
        instance: 'dora-exporter',
        namespace: 'dora',
        service: 'dora-exporter',
        source: 'woodpecker',
        app: 'acme/shop',
        environment: 'production',
        outcome: 'success',
      },
    ]);
    expect(new Set(series[0]?.samples.map(({ value }) => value))).toEqual(new Set([2, 3]));
    // A little more than 1: Prometheus reckons that it went on rising until now.
    expect(Math.round(await prometheus.one(`increase(${through}[10m])`))).toBe(1);
    expect(await prometheus.one(`resets(${through}[10m])`)).toBe(0);
    // Without it there are two series, each of which begins anew.
    const bare = SUCCESSES.replace('}', ', job="bare"}');
    expect(await prometheus.stored(bare)).toHaveLength(2);
  } finally {
    await program[Symbol.asyncDispose]();
  }
});

it("a deployment between two leaders, scraped through the chart's relabelling beside a follower, is an increase of 1", async () => {
  await using stage = await Stage.open();
  const repo = stage.repo('acme/shop');
  for (const second of [100, 200]) stage.push(repo, 'success', second);
  configure(stage);
  const values = { replicaCount: 2, config: { ledger: 'postgres://dora@db/dora' }, serviceMonitor: { enabled: true } };
  const { relabelings, metricRelabelings } = only(await render(values), 'ServiceMonitor').spec.endpoints[0];
  expect(relabelings).toBeUndefined();
  await using follower = await startLoopback((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end('dora_exporter_leader 0\n');
  });

  let leader = await stage.start();
  const pods = (first: string, second: string) => discoverAll(stage, { 'pod-a': first, 'pod-b': second });
  pods(leader.url, follower.url);
  try {
    await using prometheus = await Prometheus.start({
      chart: {
        file_sd_configs: [{ files: [join(stage.folder, 'pods.json')], refresh_interval: '1s' }],
        metric_relabel_configs: metricRelabelings.map(asPrometheusHasIt),
      },
    });
    await prometheus.some(`${SUCCESSES} == 2`);
    await prometheus.some('count(dora_exporter_leader) == 2');
    await prometheus.some(`count_over_time(${SUCCESSES}[1h]) >= 2`);

    // The other pod leads from the same ledger, which has one more by then; the one that led follows.
    expect(await leader.stop()).toEqual({ code: 0, signal: null });
    stage.push(repo, 'success', 86_400);
    leader = await stage.start();
    pods(follower.url, leader.url);
    await prometheus.some(`${SUCCESSES} == 3`);
    await prometheus.some(`count_over_time((${SUCCESSES} == 3)[1h:1s]) >= 2`);

    const series = await prometheus.stored(SUCCESSES);
    expect(series.map(({ labels }) => [labels['instance'], labels['pod']])).toEqual([['dora-exporter', undefined]]);
    expect(new Set(series[0]?.samples.map(({ value }) => value))).toEqual(new Set([2, 3]));
    expect(Math.round(await prometheus.one(`increase(${SUCCESSES}[10m])`))).toBe(1);
    expect(await prometheus.one(`resets(${SUCCESSES}[10m])`)).toBe(0);
    // What each says of itself is told apart by pod.
    expect(await prometheus.one('count(count by (pod) (dora_exporter_leader))')).toBe(2);
    expect(await prometheus.one('sum(dora_exporter_leader)')).toBe(1);
  } finally {
    await leader[Symbol.asyncDispose]();
  }
});

/** Has Prometheus find one pod, with the labels that the operator gives the target of a ServiceMonitor. */
function discover(stage: Stage, program: Program, pod: string, node: string): void {
  discoverAll(stage, { [pod]: program.url }, node);
}

/** The same for several pods and their addresses. */
function discoverAll(stage: Stage, pods: Readonly<Record<string, string>>, node = 'node-1'): void {
  const targets = Object.entries(pods).map(([pod, url]) => ({
    targets: [new URL(url).host],
    labels: { namespace: 'dora', service: 'dora-exporter', pod, container: 'dora-exporter', node },
  }));
  // Never half-written.
  stage.write('pods.tmp', JSON.stringify(targets));
  renameSync(join(stage.folder, 'pods.tmp'), join(stage.folder, 'pods.json'));
}

/** A relabelling of the operator's, as it writes it into Prometheus' configuration. */
function asPrometheusHasIt(relabeling: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(relabeling).map(([name, value]) => [snake(name), value]));
}
