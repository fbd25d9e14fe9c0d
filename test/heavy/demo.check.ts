import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Where newer versions of npm keep their compiled code. */
const NPMS_OWN = 'node-compile-cache';
const PATIENCE = { timeout: 60_000, interval: 250 };
/** A deployment, half a minute of errors, and the hold of the rule, on a machine that others use. */
const LONG_PATIENCE = { timeout: 180_000, interval: 250 };

it('npm run demo comes up, serves deployments, and ends on Ctrl-C without a trace', async () => {
  // A terminal sends the interrupt to the whole group: npm, its shell, the demo and the program. How npm itself ends
  // is npm's affair.
  await play(['npm', 'run', 'demo', '--'], ({ pid = 0 }) => process.kill(-pid, 'SIGINT'));
});

it('the demo ends on SIGTERM without a trace, and says that all is well', async () => {
  const end = await play([process.execPath, 'src/main.ts', 'demo'], (demo) => demo.kill('SIGTERM'));
  expect(end).toEqual({ code: 0, signal: null });
});

it('a bad deployment is followed by errors: the incident is its, it is one change failure, and the recovery time is right', async () => {
  const app = 'search/answers';
  const of = (name: string, ...labels: string[]) =>
    new RegExp(`^${name}\\{(?=.*app="${app}")${labels.map((label) => `(?=.*${label})`).join('')}.*\\} (\\S+)$`, 'm');
  await play(
    [process.execPath, 'src/main.ts', 'demo'],
    (demo) => demo.kill('SIGTERM'),
    async (metrics) => {
      const get = async (path: string) => await (await fetch(new URL(path, metrics))).text();
      const list = async (path: string) => JSON.parse(await get(`/api/v1/${path}`)).items;
      const closed = await vi.waitFor(async () => {
        const incidents = await list(`incidents?app=${app}`);
        expect(incidents).toEqual([
          expect.objectContaining({ kind: 'errors', source: 'services', outcome: 'recovered' }),
        ]);
        return incidents[0];
      }, LONG_PATIENCE);
      const [deployment, ...others] = await list(`deployments?app=${app}`);
      expect(others).toEqual([]);
      expect(deployment).toMatchObject({
        outcome: 'success',
        change_failure: 'errors',
      });
      expect(closed.attributed_to).toMatchObject({ id: deployment.id });
      const seconds = (Date.parse(closed.closed_at) - Date.parse(closed.opened_at)) / 1000;
      // The 21st error makes it, in the seventh second of thirty.
      expect(seconds).toBeGreaterThanOrEqual(20);
      expect(seconds).toBeLessThanOrEqual(24);
      const page = await get('/metrics');
      expect(of('dora_change_failures_total', 'source="woodpecker"', 'cause="errors"').exec(page)?.[1]).toBe('1');
      expect(of('dora_change_failures_total', 'source="woodpecker"', 'cause="deployment"').exec(page)?.[1]).toBe('0');
      expect(of('dora_recovery_time_seconds_count', 'kind="errors"').exec(page)?.[1]).toBe('1');
      expect(Number(of('dora_recovery_time_seconds_sum', 'kind="errors"').exec(page)?.[1])).toBe(seconds);
    },
  );
}, 300_000);

/** Starts the demo, looks at its page, ends it by `stop`, and says how its first process ended. */
async function play(
  command: readonly string[],
  stop: (demo: ChildProcess) => void,
  look: (metrics: string) => Promise<void> = async () => {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'dora-exporter-demo-check-'));
  const words = [`TMPDIR=${folder}`, ...command, '--web.listen-address=127.0.0.1:0'];
  const demo = spawn('env', words, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const output = collect(demo);
  const closed = once(demo, 'close');
  try {
    const url = await vi.waitFor(() => {
      const metrics = /^ {2}metrics +(\S+)$/m.exec(output())?.[1];
      if (metrics === undefined) throw new Error('it does not say where its metrics are');
      return metrics;
    }, PATIENCE);
    await vi.waitFor(async () => {
      const page = await (await fetch(url)).text();
      expect(page).toMatch(/^dora_deployments_total\{.*outcome="success"\} [1-9]/m);
      expect(page).toMatch(/^dora_recovery_time_seconds_count\{.*\} [1-9]/m);
      expect(page).toMatch(/^dora_collector_up\{.*\} 1$/m);
    }, PATIENCE);

    await look(url);
    stop(demo);
    const [code, signal] = await closed;
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    expect(readdirSync(folder).filter((name) => name !== NPMS_OWN)).toEqual([]);
    return { code, signal };
  } catch (error) {
    throw new Error(`${error}\nThe demo wrote:\n${output()}`);
  } finally {
    endGroup(demo);
    rmSync(folder, { recursive: true, force: true });
  }
}

function collect({ stdout, stderr }: ChildProcess): () => string {
  let text = '';
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return () => text;
}

/** Whoever of the processes is left ends now. */
function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}
