import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Nothing answers at its upstream: what is measured is what the ledger brings to the page. */
const CONFIGURATION = `web: {listen_address: "127.0.0.1:0"}
ledger: sqlite:./dora.db
sources: [{type: woodpecker, name: ci, url: "http://127.0.0.1:9", token_file: ./token}]
`;

export interface WholeProgram extends Disposable {
  readonly url: string;
  readonly pid: number;
  /** From the start of the process until it serves, in milliseconds. */
  readonly startMs: number;
}

/** Starts the program over the ledger `dora.db` in a folder. */
export async function startWholeProgram(folder: string): Promise<WholeProgram> {
  writeFileSync(join(folder, 'token'), 'bench-token');
  writeFileSync(join(folder, 'config.yml'), CONFIGURATION);
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const start = performance.now();
  const program = spawn(process.execPath, [main, `--config.file=${join(folder, 'config.yml')}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await urlOf(program.stdout);
  return {
    url,
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
