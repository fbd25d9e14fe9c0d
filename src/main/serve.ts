import type { Flags } from '../config/command-line.ts';
import { loadProcessConfig } from '../config/load.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import { CannotListen } from '../http/server.ts';
import { systemClock } from '../polling/system-clock.ts';
import { handOverSignals } from './early-signals.ts';
import { openLog } from './log.ts';
import { VERSION } from './package.ts';
import type { Log } from './parts.ts';
import { type Program, startProgram } from './program.ts';

/** Exit codes of design.md §8. */
export const EXIT = { ok: 0, failure: 1, usage: 2 } as const;

/** Everything is over by then, whatever hangs. */
const SHUTDOWN_MS = 4_800;

/** Validates the configuration and says what is wrong with it; the exit code. */
export function check(flags: Flags): number {
  const loaded = loadProcessConfig(flags, complain);
  if (!loaded.ok) return refuse(loaded.problems);
  for (const warning of loaded.warnings) complain(`warning: ${warning}`);
  process.stdout.write('the configuration is valid\n');
  return EXIT.ok;
}

/** Serves until SIGTERM or SIGINT; the exit code. */
export async function serve(flags: Flags): Promise<number> {
  let report = complain;
  const load = () => loadProcessConfig(flags, (problem) => report(problem));
  const loaded = load();
  if (!loaded.ok) return refuse(loaded.problems);
  const log = openLog(loaded.config.log);
  report = (problem) => log.warn({ problem }, 'a file that changed could not be taken over');
  for (const warning of loaded.warnings) log.warn({ warning }, 'configuration');

  const asked = signalled(log, () => program?.reload());
  let program: Program | null = null;
  try {
    program = await startProgram({ config: loaded.config, load, clock: systemClock, random: Math.random, log });
  } catch (error) {
    if (error instanceof CannotListen) log.error({ detail: error.message }, 'cannot listen');
    else if (error instanceof StoreFailure) log.error({ detail: error.message }, 'cannot open the ledger');
    else log.error({ err: error }, 'cannot start');
    return EXIT.failure;
  }
  log.info({ version: VERSION, url: program.url, sources: loaded.config.sources.map(({ name }) => name) }, 'serving');
  const signal = await asked;
  log.info({ signal }, 'stopping');
  setTimeout(() => {
    log.error({}, 'not everything stopped in time');
    process.exit(EXIT.failure);
  }, SHUTDOWN_MS).unref();
  await program.stop();
  log.info({}, 'stopped');
  return EXIT.ok;
}

/** Resolves with the first signal to stop; a hangup reloads instead. */
function signalled(log: Log, reload: () => Promise<unknown> | undefined): Promise<string> {
  process.on('SIGHUP', () => {
    Promise.resolve(reload()).catch((error) => log.error({ err: error }, 'the reload failed'));
  });
  return new Promise((resolve) => {
    // Kept for good: a second signal, as a process group may send it, must not cut the shutdown short.
    process.on('SIGTERM', resolve);
    process.on('SIGINT', resolve);
    handOverSignals();
  });
}

function refuse(problems: readonly string[]): number {
  for (const problem of problems) complain(problem);
  return EXIT.usage;
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}
