import { parseCommandLine, USAGE } from '../config/command-line.ts';
import { systemClock } from '../polling/system-clock.ts';
import { handOverSignals } from './early-signals.ts';
import { VERSION } from './package.ts';
import { check, EXIT, serve } from './serve.ts';

/** Does what the command line says; the exit code. */
export async function run(words: readonly string[]): Promise<number> {
  const line = parseCommandLine(words);
  if (line.kind !== 'run' || line.flags.check) handOverSignals();
  switch (line.kind) {
    case 'version':
      process.stdout.write(`dora-exporter ${VERSION}\n`);
      return EXIT.ok;
    case 'help':
      process.stdout.write(USAGE);
      return EXIT.ok;
    case 'usage':
      process.stderr.write(`${line.problem}\nnode src/main.ts --help tells all commands and flags\n`);
      return EXIT.usage;
    case 'doctor': {
      const { doctor } = await import('../commands/doctor.ts');
      return await doctor(line.flags, systemClock);
    }
    case 'explain': {
      const { explain } = await import('../commands/explain.ts');
      return await explain(line.flags, systemClock);
    }
    case 'export': {
      const { exportPast } = await import('../commands/export.ts');
      return await exportPast(line.flags, systemClock);
    }
    case 'replay': {
      const { replay } = await import('../commands/replay.ts');
      return await replay(line.flags);
    }
    case 'migrate': {
      const { migrateLedger } = await import('../commands/migrate.ts');
      return await migrateLedger(line.flags, systemClock, process.cwd());
    }
    case 'test_alert': {
      const { sendTestAlert } = await import('../commands/test-alert.ts');
      return await sendTestAlert(line.flags);
    }
    case 'run':
      if (line.command === 'demo') {
        // The simulated servers are of no use to a daemon: it need not hold them.
        const { demo } = await import('../commands/demo.ts');
        return await demo(line.flags, handOverSignals);
      }
      return line.flags.check ? check(line.flags) : await serve(line.flags);
  }
}
