import { parseArgs } from 'node:util';
import { LOG_LEVELS, type LogLevel } from './config.ts';
import { type ListenAddress, readListenAddress } from './listen-address.ts';

/** What the command line says. */
export type CommandLine =
  | { readonly kind: 'run'; readonly command: 'serve' | 'demo'; readonly flags: Flags }
  | { readonly kind: 'version' }
  | { readonly kind: 'help' }
  | { readonly kind: 'not_built'; readonly command: string }
  /** It cannot be understood; `problem` says why, in one line. */
  | { readonly kind: 'usage'; readonly problem: string };

/** What stands over the configuration file; null where the command line is silent. */
export interface Flags {
  readonly configFile: string | null;
  readonly listenAddress: ListenAddress | null;
  readonly logLevel: LogLevel | null;
  /** Validate the configuration and end. */
  readonly check: boolean;
}

export const USAGE = `usage: node src/main.ts [serve|demo] [flags]

  serve (the default)           poll the configured sources and serve /metrics
  demo                          the same against a simulated server, with nothing to configure

  --config.file=FILE            the configuration; without it, WOODPECKER_URL and WOODPECKER_TOKEN say what to poll
  --config.check                validate the configuration and end
  --web.listen-address=ADDRESS  such as :3672, 127.0.0.1:3672 or [::1]:3672
  --log.level=LEVEL             ${LOG_LEVELS.join(', ')}
  --version                     print the version and end
  --help                        print this and end
`;

const BUILT = ['serve', 'demo'] as const;
const LATER: readonly string[] = ['doctor', 'explain', 'export', 'replay', 'ledger', 'test-alert'];

const OPTIONS = {
  'config.file': { type: 'string', multiple: true },
  'config.check': { type: 'boolean' },
  'web.listen-address': { type: 'string', multiple: true },
  'log.level': { type: 'string', multiple: true },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Reads the words after the program's name: a subcommand, if any, and then flags as `--flag=value` or `--flag value`. */
export function parseCommandLine(words: readonly string[]): CommandLine {
  const [first = ''] = words;
  const named = first !== '' && !first.startsWith('-');
  const command = named ? first : 'serve';
  // Their flags are not known yet either.
  if (LATER.includes(command)) return { kind: 'not_built', command };
  const built = BUILT.find((name) => name === command);
  if (built === undefined) return usage(`unknown subcommand "${command}"; give serve or demo`);
  try {
    return readFlags(built, named ? words.slice(1) : words);
  } catch (error) {
    if (error instanceof TypeError && 'code' in error) return usage(error.message.split('\n')[0] ?? error.message);
    throw error;
  }
}

/** Throws parseArgs' TypeErrors, which have a `code`. */
function readFlags(command: (typeof BUILT)[number], words: readonly string[]): CommandLine {
  const { values } = parseArgs({ args: [...words], options: OPTIONS, strict: true, allowPositionals: false });
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };

  for (const flag of ['config.file', 'web.listen-address', 'log.level'] as const) {
    const given = values[flag] ?? [];
    if (given.length > 1) return usage(`--${flag} is there twice; give it once`);
    if (given[0] === '') return usage(`--${flag} is empty; give a value`);
  }
  const configFile = values['config.file']?.[0] ?? null;
  const check = values['config.check'] === true;
  const level = values['log.level']?.[0] ?? null;
  if (command === 'demo' && (configFile !== null || check || level !== null)) {
    return usage('demo makes its own configuration; leave out --config.file, --config.check and --log.level');
  }
  const logLevel = LOG_LEVELS.find((known) => known === level) ?? null;
  if (level !== null && logLevel === null) {
    return usage(`--log.level: "${level}" is not right; give one of ${LOG_LEVELS.join(', ')}`);
  }
  const address = values['web.listen-address']?.[0];
  const listenAddress = address === undefined ? null : readListenAddress(address);
  if (listenAddress?.ok === false) return usage(`--web.listen-address: ${listenAddress.problem}`);
  return {
    kind: 'run',
    command,
    flags: { configFile, listenAddress: listenAddress?.value ?? null, logLevel, check },
  };
}

function usage(problem: string): CommandLine {
  return { kind: 'usage', problem };
}
