import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * A process with the ledger in a file or at a `postgres://` URL, its lines of output so far, and a way to wait for one of
 * them.
 */
export function startChild(where: string, job: 'hold' | 'record') {
  const script = join(import.meta.dirname, 'child.ts');
  const child = spawn(process.execPath, [script, where, job], { stdio: ['ignore', 'pipe', 'inherit'] });
  const seen: string[] = [];
  const reader = createInterface({ input: child.stdout }).on('line', (line) => seen.push(line));
  return {
    lines: () => [...seen],
    async line(wanted: string) {
      while (!seen.includes(wanted)) await once(reader, 'line');
    },
    kill: () => kill(child),
    [Symbol.asyncDispose]: () => kill(child),
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'close');
}
