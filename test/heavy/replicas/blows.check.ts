import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, SHOP } from '../../e2e/sink-stage.ts';
import { items, pageWith, Stage, type scrape } from '../../e2e/stage.ts';
import { plainMessages, twoRooms } from '../../notify/stage.ts';
import { freePort } from '../../support/free-port.ts';
import { startSimulatedHomeserver } from '../../support/homeserver.ts';
import { type Program, startProgram } from '../../support/program.ts';
import { type CutProxy, startCutProxy } from '../support/cut-proxy.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { Prometheus } from '../support/prometheus.ts';

/** Set by who wants more of them, or the same again: BLOWS=50 is the long form. */
const { BLOWS = '5', SEED = String(Date.now() % 2 ** 31) } = env;
const TAKEOVER_MS = 10_000;
const KINDS = ['killed', 'frozen', 'cut off'] as const;

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

/** One of the two: its way to the database, and where it listens whenever it runs. */
class Replica implements AsyncDisposable {
  readonly port: number;
  readonly proxy: CutProxy;
  readonly #config: string;
  #program: Program | null = null;

  constructor(port: number, proxy: CutProxy, config: string) {
    this.port = port;
    this.proxy = proxy;
    this.#config = config;
  }

  get program(): Program {
    if (this.#program === null) throw new Error('it does not run');
    return this.#program;
  }

  async start(): Promise<void> {
    this.#program = await startProgram([
      `--config.file=${this.#config}`,
      `--web.listen-address=127.0.0.1:${this.port}`,
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#program?.signal('SIGCONT');
    await this.#program?.[Symbol.asyncDispose]();
    await this.proxy[Symbol.asyncDispose]();
  }
}

test(
  `a leader that is killed, frozen in a poll or cut off, ${BLOWS} times (seed ${SEED}): all is counted once, no message comes twice, and no counter goes back`,
  async () => {
    const database = await server.create();
    await using on = await startSimulatedHomeserver();
    await on.liftLimit();
    const rooms = await twoRooms(on);
    await using stage = await Stage.open();
    stage.write('matrix-token', on.bot.token);
    stage.write('sink-token', SHOP.token);
    const replica = async (name: string) => {
      const proxy = await startCutProxy(server.port);
      const { critical, warning } = rooms.names;
      const matrix = `{homeserver: "${on.url}", token_file: ./matrix-token, rooms: {critical: "${critical}", warning: "${warning}"}}`;
      stage.configure({
        ledger: `postgres://dora@127.0.0.1:${proxy.port}/${database}`,
        notify: `{throttle: 0s, dedupe: 0s, matrix: ${matrix}}`,
        sink: `{workspaces: [{id: ${SHOP.id}, name: ${SHOP.name}, token_file: ./sink-token}]}`,
      });
      const config = join(stage.folder, `${name}.yml`);
      copyFileSync(stage.config, config);
      return new Replica(await freePort(), proxy, config);
    };
    await using first = await replica('first');
    await using second = await replica('second');
    const repo = stage.repo('acme/shop');
    let told = 0;
    const tell = () => {
      told += 1;
      stage.push(repo, told % 3 === 1 ? 'failure' : 'success', Math.floor(Date.now() / 1000) - stage.epoch - 1);
    };
    tell();
    await first.start();
    await second.start();
    await using prometheus = await Prometheus.start({
      dora: {
        static_configs: [{ targets: [first, second].map(({ port }) => `127.0.0.1:${port}`) }],
        // One identity for what only the leader shows, as the chart gives it.
        metric_relabel_configs: [
          { source_labels: ['source'], regex: '.+', target_label: 'instance', replacement: 'dora' },
        ],
      },
    });
    const counted = (program: Program, number: number) =>
      pageWith(program, (page) => deployments(page) === number, `${number} deployments are counted`);
    const random = randomOf(Number(SEED));
    let [leader, follower] = [first, second];
    await counted(leader.program, told);

    for (let blow = 0; blow < Number(BLOWS); blow += 1) {
      const kind = KINDS[(blow + Math.floor(random() * 2)) % KINDS.length];
      await letPass(random() * 1_500);
      tell();
      const polls = () => stage.asked(/^\/api\/user\/repos/);
      const before = polls();
      await follower.program.until(() => polls() > before, 'a poll begins');
      const struckAt = performance.now();
      if (kind === 'killed') await leader.program.kill();
      if (kind === 'frozen') leader.program.signal('SIGSTOP');
      if (kind === 'cut off') leader.proxy.cut();
      // It is acknowledged while nobody leads.
      const event = { subsystem: 'shop', operation: 'pay', severity: 'critical', id: `${blow}`, origin: `${blow}` };
      const body = JSON.stringify({ ...event, error_message: `blow ${blow} of it` });
      expect((await ask(follower.program, '/api/v1/errors', { body })).status).toBe(202);
      tell();
      await pageWith(follower.program, (page) => page.value('dora_exporter_leader') === 1, `${kind}: the other leads`);
      expect(performance.now() - struckAt).toBeLessThan(TAKEOVER_MS);
      await counted(follower.program, told);
      if (kind === 'killed') await leader.start();
      leader.program.signal('SIGCONT');
      leader.proxy.heal();
      const page = await pageWith(
        leader.program,
        (one) => one.value('dora_exporter_leader') === 0,
        'the old one follows',
      );
      expect(page.targets()).toEqual([]);
      [leader, follower] = [follower, leader];
    }

    tell();
    const end = await counted(leader.program, told);
    expect(await items(leader.program, 'deployments?limit=500')).toHaveLength(told);
    expect(end.value('dora_error_events_total', { severity: 'critical' })).toBe(Number(BLOWS));
    const pending = ['critical', 'warning'].map((room) => ['dora_notifications_pending', { room }] as const);
    await pageWith(leader.program, (page) => pending.every((one) => page.value(...one) === 0), 'all is sent');
    const bodies = (await plainMessages(on, rooms.critical)).map(({ content }) => String(content['body']));
    const blows = bodies.flatMap((text) => /blow (\d+) of it/.exec(text)?.[1] ?? []);
    expect(blows.toSorted()).toEqual(Array.from({ length: Number(BLOWS) }, (_, blow) => `${blow}`).toSorted());
    expect(new Set(bodies).size).toBe(bodies.length);

    // Both pages have been scraped since.
    const scraped = async () => (await prometheus.query('sum(count_over_time(up[1h]))'))[0]?.value ?? 0;
    const sofar = await scraped();
    await leader.program.until(async () => (await scraped()) >= sofar + 6, 'it was scraped more');
    const stored = await prometheus.stored('{__name__=~"dora_(deployments|change_failures|error_events)_total"}');
    expect(stored.length).toBeGreaterThan(3);
    for (const { labels, samples } of stored) {
      const values = samples.map(({ value }) => value);
      expect({ labels, values }).toEqual({ labels, values: values.toSorted((a, b) => a - b) });
    }
    // A killed one does not answer, and a frozen one's page may break off; nothing is there twice or out of order.
    expect(prometheus.complaints.filter((line) => /duplicate|out.of.order/i.test(line))).toEqual([]);
  },
  60_000 + Number(BLOWS) * 60_000,
);

function deployments(page: Awaited<ReturnType<typeof scrape>>): number {
  return page.all('dora_deployments_total').reduce((sum, { value }) => sum + value, 0);
}

/** Mulberry32: enough to choose moments by. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function letPass(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
