import { expect, it } from 'vitest';
import type { Capabilities } from '../../src/domain/batch.ts';
import { emptyTotals } from '../../src/domain/totals.ts';
import { NOW, ofTargets, open, page, projection, values } from './support.ts';

const CAPABILITIES: Capabilities = {
  kinds: ['errors'],
  causes: [],
  rework: [],
  severities: ['critical', 'warning', 'info'],
};
const WORKSPACE = { name: 'shop', takesPosts: true, capabilities: CAPABILITIES, ignoredReasons: [] } as const;
const S = 'source="shop",app="memory",environment="production"';

function memory(errors: Readonly<Record<string, number>>) {
  return projection({
    source: 'shop',
    app: 'memory',
    capabilities: CAPABILITIES,
    totals: { ...emptyTotals(), errors: { ...errors } },
    observedSince: NOW,
  });
}

it('counts what was posted by severity, each severity from birth, and nothing that such a source cannot produce', async () => {
  const body = await page(open({ sources: [WORKSPACE], projections: [memory({ warning: 3 })] }));
  const samples = ofTargets(body)
    .split('\n')
    .filter((line) => line.includes('app="memory"'))
    .filter((line) => !line.startsWith('dora_recovery_time_seconds'));
  expect(samples).toEqual([
    `dora_incident_open{${S},team="shop",kind="errors"} 0`,
    `dora_error_events_total{${S},severity="critical"} 0`,
    `dora_error_events_total{${S},severity="warning"} 3`,
    `dora_error_events_total{${S},severity="info"} 0`,
    `dora_target_observed_since_timestamp_seconds{${S},team="shop"} ${NOW / 1000}`,
  ]);
});

it('has no series of a collector for a workspace: nothing polls it', async () => {
  const body = await page(open({ sources: [WORKSPACE] }));
  expect(body.split('\n').filter((line) => /^dora_(collector|deployments_ignored)_\w+\{/.test(line))).toEqual([]);
  const transitions = Object.keys(values(body, 'dora_incident_transitions_total'));
  expect(transitions).toContain('source="shop",kind="errors",operation="open",outcome="done",origin="ingest"');
  expect(transitions.filter((labels) => labels.includes('origin="poll"'))).toEqual([]);
});
