import { execFile, spawnSync } from 'node:child_process';

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const PATIENCE_MS = 60_000;

/** Throws what to do about it when a program that this check needs is not there. */
export function requireTool(name: string, installer: string): void {
  if (spawnSync(name, ['--version']).error !== undefined) throw new Error(`${name} is not installed: run ${installer}`);
}

/** Runs a program to its end with `input` on its standard input; the exit code is for the caller to judge. */
export function runTool(name: string, words: readonly string[], input = ''): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      name,
      [...words],
      { timeout: PATIENCE_MS, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        // Without an exit code it did not start, or had to be ended.
        if (typeof code === 'number') resolve({ code, stdout, stderr });
        else reject(new Error(`${name} ${words.join(' ')} did not run to its end: ${error?.message}`));
      },
    );
    child.stdin?.on('error', () => {}); // It may end without having read everything.
    child.stdin?.end(input);
  });
}
