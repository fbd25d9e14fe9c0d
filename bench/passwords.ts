import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { hashSync } from 'bcryptjs';
import { Hono } from 'hono';
import { guard } from '../src/http/guard.ts';
import { Passwords } from '../src/http/passwords.ts';
import { startServer } from '../src/http/server.ts';
import { NO_WEB_CONFIGURATION } from '../src/http/web-configuration.ts';
import type { Row } from './row.ts';

const ROUNDS = 7;
/** Until the code is compiled, a request takes ten times as long. */
const WARM_UP = 20;
const FLOOD = 50;
/** What htpasswd and the exporter toolkit's documentation use. */
const COST = 10;
const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** A scrape with a password that is known to be right: alone, and among 50 wrong ones that all have to be hashed. */
export async function benchPasswords(): Promise<Row[]> {
  const configuration = { ...NO_WEB_CONFIGURATION, users: new Map([['ann', hashSync('right', COST)]]) };
  const webFile = { current: () => configuration };
  const passwords = new Passwords();
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(guard({ webFile, passwords, clock: { monotonic: () => performance.now() }, log: silent }));
  app.get('/metrics', (c) => c.text('up 1\n'));
  const server = await startServer({ app, host: '127.0.0.1', port: 0, log: silent, webFile });
  const scraper = await open(server.port);
  const others = await Promise.all(Array.from({ length: FLOOD }, () => open(server.port)));
  try {
    const first = await scrape(scraper, 'right', 200);
    const among = async (passwordOf: (index: number) => string | null) => {
      const flood = others.map((socket, index) => scrape(socket, passwordOf(index), 401));
      const tookMs = await scrape(scraper, 'right', 200);
      await Promise.all(flood);
      return tookMs;
    };
    for (let round = 0; round < WARM_UP; round += 1) await among(() => null);
    const alone: number[] = [];
    const amongNone: number[] = [];
    const amongWrong: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      alone.push(await scrape(scraper, 'right', 200));
      amongNone.push(await among(() => null));
      amongWrong.push(await among((index) => `wrong ${round} ${index}`));
    }
    const delay = median(amongWrong) - median(alone);
    return [
      row('scrape with a password that was never checked', first, '-', true),
      row('scrape with a password, alone', median(alone), '-', true),
      row(`scrape with a password, among ${FLOOD} requests without one`, median(amongNone), '-', true),
      {
        ...row(
          `scrape with a password, among ${FLOOD} wrong ones`,
          median(amongWrong),
          'delayed by less than 20 ms',
          delay < 20,
        ),
        ratio: median(amongWrong) / median(alone),
      },
    ];
  } finally {
    for (const socket of [scraper, ...others]) socket.destroy();
    await server.close(0);
    await passwords.close();
  }
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** By hand: Node.js' own client would take as much time for 51 requests as the server does. */
async function scrape(socket: Socket, password: string | null, status: number): Promise<number> {
  const start = performance.now();
  const credentials = Buffer.from(`ann:${password}`).toString('base64');
  const header = password === null ? '' : `authorization: Basic ${credentials}\r\n`;
  socket.write(`GET /metrics HTTP/1.1\r\nhost: x\r\n${header}\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  const tookMs = performance.now() - start;
  const line = answer.toString('latin1').split('\r\n')[0];
  if (!line?.startsWith(`HTTP/1.1 ${status} `)) throw new Error(`${line} in place of ${status}`);
  return tookMs;
}

function row(name: string, figure: number, target: string, ok: boolean): Row {
  return { name, figure, unit: 'ms', target, ratio: null, ok };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
