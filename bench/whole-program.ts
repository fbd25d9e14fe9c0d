import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Nothing answers at its upstream: what is measured is what the ledger brings to the page. */
export const CONFIGURATION = `web: {listen_address: "127.0.0.1:0"}
ledger: sqlite:./dora.db
sources: [{type: woodpecker, name: ci, url: "http://127.0.0.1:9", token_file: ./token}]
`;

export interface WholeProgram extends Disposable {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** From the start of the process until it serves, in milliseconds. */
  readonly startMs: number;
}

/** By which benchmarks post to the embedded sink. */
export const SINK_TOKEN = 'bench-token';

/** A program with the embedded sink of one workspace, without any source. `more` goes into its configuration. */
export async function startSinkProgram(
  folder: string,
  more: { readonly sink?: string; readonly notify?: string } = {},
): Promise<WholeProgram> {
  const configuration = `web: {listen_address: "127.0.0.1:0"}
ledger: sqlite:./dora.db
birth_hold: 0s
sink:
  workspaces: [{id: 11111111-1111-4111-8111-111111111111, name: bench, token_file: ./token}]
${more.sink ?? ''}${more.notify ?? ''}`;
  return await startWholeProgram(folder, configuration);
}

/** Starts the program over the ledger `dora.db` in a folder. */
export async function startWholeProgram(folder: string, configuration = CONFIGURATION): Promise<WholeProgram> {
  writeFileSync(join(folder, 'token'), SINK_TOKEN);
  writeFileSync(join(folder, 'config.yml'), configuration);
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const start = performance.now();
  const program = spawn(process.execPath, [main, `--config.file=${join(folder, 'config.yml')}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await urlOf(program.stdout);
  // What nobody reads would hold it up.
  program.stdout.resume();
  return {
    url,
    port: Number(new URL(url).port),
    pid: program.pid ?? 0,
    startMs: performance.now() - start,
    [Symbol.dispose]: () => program.kill('SIGKILL'),
  };
}

async function urlOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const { msg, url } = JSON.parse(line);
    if (msg === 'serving') return url;
  }
  throw new Error('the program did not start');
}
