import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DemoPrometheus } from '../support/demo-prometheus.ts';

describe('a real Prometheus that scraped the demo', () => {
  let demo: DemoPrometheus;

  beforeAll(async () => {
    demo = await DemoPrometheus.start();
  }, 180_000);

  afterAll(async () => {
    await demo?.[Symbol.asyncDispose]();
  });

  it('has its past, too', async () => {
    expect(await demo.prometheus.one('count(dora_window_deployments) > 0')).toBeGreaterThan(0);
    expect(await demo.prometheus.one('sum(increase(dora_deployments_total[60d]))')).toBeGreaterThan(100);
  });
});
