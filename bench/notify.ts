import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Connection } from './connection.ts';
import { type Row, rowOf } from './row.ts';
import { SINK_TOKEN, startSinkProgram } from './whole-program.ts';

const HOMESERVER = fileURLToPath(new URL('simulated-homeserver.ts', import.meta.url));
/** Of each of the three forms. */
const RUNS = 100;
const EVERY_MS = 50;
const FORMS = [
  { form: 'run', node_id: 'node', duration_ms: 1234 },
  { form: 'dag', dag_name: 'nightly', run_id: 'run', step_name: 'load', exit_code: 1 },
  { form: 'anomaly', violations_24h: 51, threshold: 50, rules: ['R1', 'R2'] },
];

interface Told {
  readonly url: string;
  readonly token: string;
  readonly rooms: { readonly critical: string; readonly warning: string };
}

/** From the POST of an alert to its event in the room, through the program and a homeserver that limits nothing. */
export async function benchNotify(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dora-bench-'));
  const homeserver = fork(HOMESERVER);
  const [told] = (await once(homeserver, 'message')) as [Told];
  let client: Connection | null = null;
  try {
    using program = await startSinkProgram(folder, { notify: notifying(folder, told) });
    client = await Connection.open(program.port, SINK_TOKEN);
    const posted = new Map<string, number>();
    for (let number = 0; number < RUNS * FORMS.length; number += 1) {
      posted.set(`${number}`, Date.now());
      await client.post('/api/v1/errors', alert(number));
      await wait(EVERY_MS);
    }
    const page = await pageOnceSent(`${program.url}/metrics`, posted.size);
    homeserver.send('messages');
    const [{ messages }] = (await once(homeserver, 'message')) as [{ messages: [string, number][] }];
    const made = messages.map(([text, at]) => [/alert (\d+)/.exec(text)?.[1] ?? '', at] as const);
    const took = made.map(([id, at]) => at - (posted.get(id) ?? Number.NaN));
    const whole = made.length === posted.size && new Set(made.map(([id]) => id)).size === posted.size;
    const measured = took.toSorted((one, other) => one - other)[Math.ceil(took.length * 0.95) - 1] ?? Number.NaN;
    const { bounds, bucket } = quantileOf(page, 0.95);
    const apart = Math.abs(bucket - bounds.findIndex((bound) => measured <= bound));
    return [
      rowOf('alerts of three forms that the room accounts for', made.length, '', `${posted.size}, once each`, whole),
      rowOf('posting an alert to its event in the room, p95', measured, 'ms', 'under 100 ms', measured < 100),
      rowOf(
        'the same by the histogram of deliveries, at most',
        bounds[bucket] ?? Number.NaN,
        'ms',
        'agrees',
        apart <= 1,
      ),
    ];
  } finally {
    client?.close();
    homeserver.disconnect();
    rmSync(folder, { recursive: true, maxRetries: 3 });
  }
}

function alert(number: number): string {
  return JSON.stringify({
    id: `${number}`,
    subsystem: 'bench',
    operation: 'notify',
    severity: 'critical',
    origin: `origin-${number}`,
    error_message: `alert ${number}`,
    event_data: FORMS[number % FORMS.length],
  });
}

function notifying(folder: string, { url, token, rooms }: Told): string {
  writeFileSync(join(folder, 'matrix-token'), token);
  return `notify:
  matrix:
    homeserver: ${url}
    token_file: ./matrix-token
    rooms: {critical: "${rooms.critical}", warning: "${rooms.warning}"}
`;
}

async function pageOnceSent(url: string, messages: number): Promise<string> {
  const delivered = new RegExp(
    `^dora_notifications_total\\{(?=.*room="critical")(?=.*outcome="delivered").*\\} ${messages}$`,
    'm',
  );
  for (let tries = 0; tries < 600; tries += 1) {
    const page = await (await fetch(url)).text();
    if (delivered.test(page)) return page;
    await wait(100);
  }
  throw new Error(`not all of ${messages} alerts were sent`);
}

/** The bounds of the buckets, in milliseconds, and the place of the one that a quantile lies in. */
function quantileOf(page: string, quantile: number): { readonly bounds: readonly number[]; readonly bucket: number } {
  const buckets = [...page.matchAll(/^dora_notification_delivery_seconds_bucket\{(.*)\} (\d+)$/gm)]
    .filter(([, labels = '']) => labels.includes('room="critical"'))
    .map(([, labels = '', count]) => {
      const bound = /le="([^"]+)"/.exec(labels)?.[1];
      return { bound: bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound) * 1000, count: Number(count) };
    });
  const rank = quantile * (buckets.at(-1)?.count ?? 0);
  return { bounds: buckets.map(({ bound }) => bound), bucket: buckets.findIndex(({ count }) => count >= rank) };
}
