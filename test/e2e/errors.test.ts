import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startErrorSink } from '../../src/demo/error-sink/start.ts';
import { addErrors } from '../../src/demo/error-sink/state.ts';
import { startProgram } from '../support/program.ts';
import { pageWith } from './stage.ts';

const WORKSPACE = '3f2b8c1e-0000-4000-8000-000000000001';
const KEY = 'a-key-that-only-the-sink-may-see';

it('B23: a sink that refuses us from the start is down and shows no errors; let in, it counts and opens incidents', async () => {
  await using sink = await startErrorSink(Date.now);
  sink.state.apiKeys.set(KEY, WORKSPACE);
  sink.state.isForAdminsOnly = true;
  addErrors(sink.state, WORKSPACE, 'memory', 60, Date.now() - 1000);
  addErrors(sink.state, WORKSPACE, 'tools', 3, Date.now() - 7_200_000);
  const folder = mkdtempSync(join(tmpdir(), 'dora-exporter-e2e-'));
  try {
    writeFileSync(join(folder, 'key'), KEY);
    writeFileSync(
      join(folder, 'config.yml'),
      `web: {listen_address: "127.0.0.1:0"}
ledger: sqlite:./dora.db
birth_hold: 0s
sources:
  - {type: errors, url: "${sink.url}", api_key_file: ./key, poll_interval: 1s, hold: 0s}
`,
    );
    await using program = await startProgram([`--config.file=${join(folder, 'config.yml')}`], {
      env: { TZ: 'Asia/Taipei' },
    });
    const refused = await pageWith(
      program,
      (page) => (page.value('dora_collector_poll_failures_total', { reason: 'forbidden' }) ?? 0) > 0,
      'it is refused',
    );
    expect(refused.value('dora_collector_up')).toBe(0);
    expect(refused.text).not.toMatch(/^dora_errors_in_window\{/m);
    expect(refused.text).not.toMatch(/^dora_incident_open\{/m);

    sink.state.isForAdminsOnly = false;
    const open = await pageWith(
      program,
      (page) => page.value('dora_incident_open', { app: 'memory' }) === 1,
      'it opens',
    );
    expect(open.value('dora_errors_in_window', { app: 'memory', window: '24h' })).toBe(60);
    expect(open.value('dora_errors_in_window', { app: 'tools', window: '24h' })).toBe(3);
    expect(open.value('dora_incident_open', { app: 'tools', kind: 'errors' })).toBe(0);
    // Its time is UTC whatever the zone: an incident of eight hours ago would be another's clock.
    const since = open.value('dora_incident_open_since_timestamp_seconds', { app: 'memory' }) ?? 0;
    expect(Math.abs(Date.now() / 1000 - since)).toBeLessThan(600);

    sink.state.errors.length = 0;
    const closed = await pageWith(
      program,
      (page) => page.value('dora_recovery_time_seconds_count', { app: 'memory', kind: 'errors' }) === 1,
      'it ends',
    );
    expect(closed.text).not.toMatch(/^dora_errors_in_window\{/m);
    expect(program.output).not.toContain(KEY);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
