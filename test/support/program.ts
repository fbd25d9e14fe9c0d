import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
/** Dozens of processes compile the same sources: this halves what a start costs. */
const CACHE = join(REPOSITORY, 'node_modules/.cache/compiled');

/** How often a condition is looked at, and how long it may take to come true, in milliseconds. */
const LOOK_EVERY_MS = 50;
const PATIENCE_MS = 60_000;

/** A run that is broken off in the middle leaves nothing behind either. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface LaunchOptions {
  /** All of the environment but for Node.js' own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What starts it, where that is not Node.js itself. */
  readonly by?: readonly [string, ...string[]];
}

/** How a process ended: one of the two is null. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The program as a process of its own. `await using` kills it, if it still runs, and waits until it is gone. */
export class Program implements AsyncDisposable {
  readonly pid: number;
  /** Resolves when the process has ended and all that it wrote has been read. */
  readonly ended: Promise<Exit>;
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;
  #url: string | null = null;
  #over = false;

  constructor(
    words: readonly string[],
    { env = {}, cwd = REPOSITORY, by = [process.execPath, MAIN] }: LaunchOptions = {},
  ) {
    const [starter, ...before] = by;
    const child = spawn(starter, [...before, ...words], {
      cwd,
      env: { NODE_COMPILE_CACHE: CACHE, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    running.add(child);
    this.pid = child.pid ?? 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = once(child, 'close').then(([code, signal]) => {
      this.#over = true;
      running.delete(child);
      return { code, signal };
    });
  }

  /** Everything it wrote. */
  get output(): string {
    return this.stdout + this.stderr;
  }

  /** Where it serves: known once `serving` has resolved. */
  get url(): string {
    if (this.#url === null) throw new Error('the program does not serve yet');
    return this.#url;
  }

  /** The log lines so far that are JSON. */
  get log(): readonly Readonly<Record<string, unknown>>[] {
    return this.stdout
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line));
  }

  /** Waits for the line of the log that has the address. */
  async serving(): Promise<this> {
    await this.until(() => {
      this.#url ??= (this.log.find(({ msg }) => msg === 'serving')?.['url'] as string | undefined) ?? null;
      return this.#url !== null;
    }, 'the program serves');
    return this;
  }

  /** Looks again and again until `condition` holds; what it throws counts as not yet. Fails with all that was written. */
  async until(condition: () => unknown, what: string): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    let trouble: unknown = null;
    while (performance.now() < deadline) {
      try {
        if (await condition()) return;
        trouble = null;
      } catch (error) {
        trouble = error;
      }
      if (this.#over) break;
      await wait(LOOK_EVERY_MS);
    }
    throw new Error(`not seen: ${what}\n${trouble ?? ''}\n${this.output.slice(-4000)}`);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Makes it reload its configuration, which must be good, and waits until it has. */
  async reload(): Promise<void> {
    const reloads = () => this.log.filter(({ msg }) => msg === 'configuration reloaded').length;
    const before = reloads();
    this.signal('SIGHUP');
    await this.until(() => reloads() > before, 'it was reloaded');
  }

  /** Reads nothing of what it writes any more: its pipes are broken. */
  stopReading(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  /** Asks it to stop. */
  async stop(): Promise<Exit> {
    this.signal('SIGTERM');
    return await this.ended;
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#over) await this.kill();
  }
}

/** Starts the program and waits until it serves. */
export async function startProgram(words: readonly string[], options?: LaunchOptions): Promise<Program> {
  const program = new Program(words, options);
  try {
    return await program.serving();
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}

/** Runs the program to its end, which must come by itself. */
export async function runProgram(
  words: readonly string[],
  options?: LaunchOptions,
): Promise<Exit & Pick<Program, 'stdout' | 'stderr' | 'output'>> {
  await using program = new Program(words, options);
  const over = new AbortController();
  const late = wait(PATIENCE_MS, null, { signal: over.signal }).catch(() => null);
  const exit = await Promise.race([program.ended, late]);
  over.abort();
  if (exit === null) throw new Error(`the program did not end\n${program.output}`);
  return { ...exit, stdout: program.stdout, stderr: program.stderr, output: program.output };
}
