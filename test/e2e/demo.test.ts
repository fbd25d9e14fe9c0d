import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Program, runProgram } from '../support/program.ts';
import { Page } from './page.ts';
import { attemptsOf, storyOf } from './raw-story.ts';

/** The processes that a process has started and that still run. */
function childrenOf(pid: number): readonly number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return list.trim() === '' ? [] : list.trim().split(' ').map(Number);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it('demo serves several teams at any free port, says where, and ends on SIGTERM with nothing left behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dora-exporter-e2e-'));
  try {
    await using demo = new Program(['demo', '--web.listen-address=127.0.0.1:0'], { env: { TMPDIR: folder } });
    let url = '';
    await demo.until(() => {
      url = /^ +metrics +(http:\/\/127\.0\.0\.1:[1-9]\d*)\/metrics$/m.exec(demo.stdout)?.[1] ?? '';
      return url !== '';
    }, 'the demo says where it serves');
    let page = new Page('');
    await demo.until(async () => {
      page = new Page(await (await fetch(`${url}/metrics`)).text());
      const up = page.all('dora_collector_up');
      if (up.length < 3 || up.some(({ value }) => value !== 1)) return false;
      const { items } = (await (await fetch(`${url}/api/v1/collectors`)).json()) as {
        items: readonly { readonly backfill: { readonly pending: number } | null }[];
      };
      return items.every(({ backfill }) => (backfill?.pending ?? 0) === 0);
    }, 'all history has been read');
    page = new Page(await (await fetch(`${url}/metrics`)).text());
    await demo.until(async () => {
      const shown = new Page(await (await fetch(`${url}/metrics`)).text());
      return shown.all('dora_lead_time_seconds_count').some(({ value }) => value > 5);
    }, 'lead times');

    const targets = page.all('dora_incident_open');
    expect(new Set(targets.map(({ labels }) => labels['team'])).size).toBeGreaterThanOrEqual(4);
    const recoveries = page.all('dora_recovery_time_seconds_count').reduce((sum, { value }) => sum + value, 0);
    expect(recoveries).toBeGreaterThan(10);
    expect(demo.stdout.match(/^ {4}\S.*dora_/gm), 'queries to try').toHaveLength(3);
    expect((await fetch(url)).status).toBe(200);

    const files = /^ +files +(\S+) /m.exec(demo.stdout)?.[1] ?? '';
    const rooms = /^ +Matrix rooms +(http\S+) /m.exec(demo.stdout)?.[1] ?? '';
    const node = /^ {4}(\S+) src\/main\.ts test-alert /m.exec(demo.stdout)?.[1] ?? '';
    expect(execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(), node).toBe(process.version);
    const alert = await runProgram(['test-alert', `--config.file=${files}/config.yml`, '--form=dag']);
    expect(alert, alert.output).toMatchObject({ code: 0 });
    const shown = await (await fetch(rooms)).text();
    expect(shown).toContain('❌ DAG <b>test-dag</b> run test-run FAILED<br>step <code>test-step</code> exit 1');
    expect(shown.match(/<h2>/g), 'rooms').toHaveLength(2);

    // The windows are the story's own: counted from the rows of the simulated server, without a line of the program.
    const server = /^ +Woodpecker +(http\S+) /m.exec(demo.stdout)?.[1] ?? '';
    for (const app of ['payments/api', 'payments/fraud', 'platform/gateway']) {
      await demo.until(async () => {
        const attempts = await attemptsOf(server, app);
        const now = new Page(await (await fetch(`${url}/metrics`)).text());
        const until = Date.now() / 1000;
        for (const days of [7, 30, 90]) {
          const of = { source: 'woodpecker', app, window: `${days}d` };
          expect({
            deployments: now.value('dora_window_deployments', of),
            failures: now.value('dora_window_change_failures', { ...of, cause: 'deployment' }),
            recoveries: now.value('dora_window_recoveries', of),
            mean: now.value('dora_window_recovery_time_seconds', { ...of, stat: 'mean' }),
          }).toEqual(storyOf(attempts, until - days * 86_400, until));
        }
        return true;
      }, `the windows of ${app} are those of its story`);
    }

    const children = childrenOf(demo.pid);
    expect(children).toHaveLength(1);
    expect(await demo.stop(), demo.output).toEqual({ code: 0, signal: null });
    expect(children.filter(isRunning)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
    expect(demo.stderr).toBe('');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
