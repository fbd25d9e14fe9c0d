import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import { startLoopback } from './loopback.ts';

/**
 * A program that records an error by a client of docs/errors.md, writes `went on`, and ends when its input does or
 * before.
 */
export interface ErrorClient {
  readonly file: string;
  readonly text: string;
  /** Makes of the file what `command` runs; absent: the file is run. */
  readonly build?: readonly string[];
  /** What runs it in the folder that the file lies in. */
  readonly command: readonly string[];
}

const PATIENCE = { timeout: 30_000, interval: 20 };
/** What is not there is found out at once. */
const REFUSED_MS = 500;

/**
 * Runs it against a sink that takes the event in, one that does not answer, one that hangs up, and none: it goes on at
 * once and ends well in every case.
 */
export async function tryErrorClient({ file, text, build = [], command }: ErrorClient): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'dora-exporter-client-'));
  const posted: unknown[] = [];
  const silent: ServerResponse[] = [];
  let hungUp = 0;
  let gaveUp = false;
  await using sink = await startLoopback(async (request, response) => {
    if (request.url === '/hang-up') {
      hungUp += 1;
      request.socket.destroy();
    } else if (request.url === '/silent') {
      silent.push(response);
      response.on('close', () => {
        gaveUp = true;
      });
    } else {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { authorization } = request.headers;
      posted.push({ authorization, event: JSON.parse(Buffer.concat(chunks).toString()) });
      response.writeHead(202).end('{}');
    }
  });
  const run = (url: string, seen: () => Promise<unknown>) => runIn(folder, command, url, seen);
  try {
    writeFileSync(join(folder, file), text);
    const [builder, ...words] = build;
    if (builder !== undefined) execFileSync(builder, words, { cwd: folder, stdio: 'pipe' });
    await run(`${sink.url}/api/v1/errors`, () => vi.waitFor(() => expect(posted).toHaveLength(1), PATIENCE));
    const error_type = expect.stringMatching(/\w/);
    const event = { subsystem: 'memory', operation: 'write', error_type, error_message: 'no answer' };
    expect(posted).toEqual([{ authorization: 'Bearer tok', event }]);

    await run(`${sink.url}/silent`, async () => {
      // It went on, while the sink has not answered and nobody has given it up.
      expect(gaveUp).toBe(false);
      await vi.waitFor(() => expect(silent).toHaveLength(1), PATIENCE);
      silent[0]?.writeHead(202).end('{}');
    });
    await run(`${sink.url}/hang-up`, () => vi.waitFor(() => expect(hungUp).toBeGreaterThan(0), PATIENCE));
    for (const url of ['http://127.0.0.1:1/', 'no address', '']) await run(url, () => wait(REFUSED_MS));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `seen` resolves when its input may end. */
async function runIn(
  folder: string,
  command: readonly string[],
  url: string,
  seen: () => Promise<unknown>,
): Promise<void> {
  const surroundings = [`DORA_ERRORS_URL=${url}`, 'DORA_ERRORS_TOKEN=tok'];
  const child = spawn('env', [...surroundings, ...command], { cwd: folder, stdio: 'pipe' });
  child.stdin.on('error', () => {});
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const closed = once(child, 'close');
  await vi.waitFor(() => expect(output).not.toBe(''), PATIENCE);
  await seen();
  child.stdin.end();
  const [code] = await closed;
  expect({ url, code, output: output.trim() }).toEqual({ url, code: 0, output: 'went on' });
}
