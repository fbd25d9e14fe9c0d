import { expect, it } from 'vitest';
import { removeRepo } from '../../../src/demo/woodpecker/state.ts';
import { Stage } from '../../e2e/stage.ts';
import { configure } from '../support/configure.ts';
import { Prometheus } from '../support/prometheus.ts';

const GONE = '{app="acme/gone"}';
const STAYS = '{app="acme/stays"}';

it('a target that is removed upstream goes stale at once, with all its series', async () => {
  await using stage = await Stage.open();
  const gone = stage.repo('acme/gone');
  for (const repo of [gone, stage.repo('acme/stays')]) stage.push(repo, 'failure', 100);
  configure(stage, { forgetAfter: '2s' });
  await using program = await stage.start();
  await using prometheus = await Prometheus.start({ exporter: program.url });
  await prometheus.some('dora_collector_up == 1');
  await prometheus.scrapes(['exporter'], 2);
  const before = await prometheus.query(GONE);
  expect(before).toHaveLength((await prometheus.query(STAYS)).length);

  removeRepo(stage.woodpecker.state, gone);
  // Without a mark of staleness they would be answered with for five minutes.
  await prometheus.some(`absent(${GONE})`);
  const series = await prometheus.stored(GONE);
  expect(series).toHaveLength(before.length);
  const last = new Set(series.map(({ samples }) => samples.at(-1)?.at));
  expect([...last], 'they all have their last sample in one and the same scrape').toHaveLength(1);
  expect(await prometheus.query(STAYS)).toHaveLength(before.length);
});
