import { parseArgs } from 'node:util';
import { KEY_NAMES } from '../domain/keys.ts';
import { flagOptions, onlyValues, textOf, type Values } from './command-flags.ts';
import { LOG_LEVELS, type LogLevel } from './config.ts';
import { DOCTOR_SWITCHES, DOCTOR_TEXTS, type DoctorFlags, readDoctorFlags } from './doctor-flags.ts';
import { EXPLAIN_FLAGS, type ExplainFlags, readExplainFlags } from './explain-flags.ts';
import { EXPORT_LISTS, EXPORT_TEXTS, type ExportFlags, readExportFlags } from './export-flags.ts';
import { type ListenAddress, readListenAddress } from './listen-address.ts';
import { MIGRATE_SWITCHES, MIGRATE_TEXTS, type MigrateFlags, readMigrateFlags } from './migrate-flags.ts';
import { REPLAY_LISTS, REPLAY_SWITCHES, REPLAY_TEXTS, type ReplayFlags, readReplayFlags } from './replay-flags.ts';
import { readTestAlertFlags, TEST_ALERT_FLAGS, type TestAlertFlags } from './test-alert-flags.ts';

/** What the command line says. */
export type CommandLine =
  | { readonly kind: 'run'; readonly command: 'serve' | 'demo'; readonly flags: Flags }
  | { readonly kind: 'explain'; readonly flags: ExplainFlags }
  | { readonly kind: 'test_alert'; readonly flags: TestAlertFlags }
  | { readonly kind: 'export'; readonly flags: ExportFlags }
  | { readonly kind: 'replay'; readonly flags: ReplayFlags }
  | { readonly kind: 'doctor'; readonly flags: DoctorFlags }
  | { readonly kind: 'migrate'; readonly flags: MigrateFlags }
  | { readonly kind: 'version' }
  | { readonly kind: 'help' }
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

export const USAGE = `usage: node src/main.ts [serve|demo|doctor|explain|export|replay|ledger|test-alert] [flags]

  serve (the default)           poll the configured sources and serve /metrics
  demo                          the same against a simulated server, with nothing to configure
  doctor                        look at each source, the ledger and the rooms, and say what is wrong and what to do
  explain                       print one key with the rows that it is taken over, from the ledger
  export                        write what /metrics would have shown, in OpenMetrics with timestamps, or the ledger's events
  replay FILE                   print the keys from exported events, or from standard input for -; no ledger is touched
  ledger migrate                move the ledger to another store that is empty, and compare all of it
  test-alert                    send a message as a real alert is sent, and say how long it took

  --config.file=FILE            the configuration; without it, WOODPECKER_URL and WOODPECKER_TOKEN say what to poll
  --config.check                validate the configuration and end
  --web.listen-address=ADDRESS  such as :3672, 127.0.0.1:3672 or [::1]:3672
  --log.level=LEVEL             ${LOG_LEVELS.join(', ')}
  --version                     print the version and end
  --help                        print this and end

  of doctor, beside --config.file:
  --json                        for machines

  of explain, beside --config.file:
  --app=APP                     the app as its label says it; or
  --team=TEAM                   all apps of a team together
  --environment=, --source=     only of these
  --key=KEY                     ${KEY_NAMES.join(', ')}
  --window=DURATION             back from now, such as 7d; 30d if it is not given

  of export, beside --config.file:
  --format=FORMAT               openmetrics (the default), or ndjson: all events, for replay, without the flags below
  --since=DURATION              how far back from its end, such as 90d, which it is if it is not given
  --until=TIME                  its end, in RFC 3339; now if it is not given
  --step=DURATION               between two samples; 1h if it is not given, at most a minute in the last 6 hours
  --label=NAME=VALUE            a label of every series, such as job=dora; may be there several times

  of replay:
  --window=DURATION             back from its end, such as 7d; may be there several times; those that were configured if not given
  --min-samples=N               below so many deployments a ratio is absent; as it was configured if it is not given
  --until=TIME                  the end of the windows, in RFC 3339; the time of the latest export if it is not given
  --json                        all of it as one JSON document

  of ledger migrate:
  --from=LEDGER, --to=LEDGER    sqlite:FILE or postgres://USER@HOST/DATABASE, as \`ledger\` in the configuration
  --ledger-password-file=FILE   of the password to PostgreSQL; without it PGPASSFILE or PGPASSWORD
  --dry-run                     do all of it and undo it; the daemon may go on meanwhile

  of test-alert, beside --config.file:
  --severity=SEVERITY           critical (the default), warning, info
  --form=FORM                   run (the default), dag, anomaly
`;

/** A subcommand: its flags, and what they say. */
interface Subcommand {
  /** Flags that take a text, and flags that stand for themselves. */
  readonly texts: readonly string[];
  readonly switches: readonly string[];
  /** Flags that take a text, and may be there several times. */
  readonly lists?: readonly string[];
  /** What stands for itself without a flag, such as FILE; none if it is not given. */
  readonly operand?: string;
  read(values: Values, operand: string): CommandLine;
}

const SERVE_TEXTS = ['config.file', 'web.listen-address', 'log.level'] as const;

/** One line here, with its flags in a file of their own, is a subcommand. */
const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  serve: { texts: SERVE_TEXTS, switches: ['config.check'], read: (values) => readServe('serve', values) },
  demo: { texts: SERVE_TEXTS, switches: ['config.check'], read: readDemo },
  doctor: {
    texts: DOCTOR_TEXTS,
    switches: DOCTOR_SWITCHES,
    read: (values) => {
      const read = readDoctorFlags(values);
      return read.ok ? { kind: 'doctor', flags: read.flags } : usage(read.problem);
    },
  },
  explain: {
    texts: EXPLAIN_FLAGS,
    switches: [],
    read: (values) => {
      const read = readExplainFlags(values);
      return read.ok ? { kind: 'explain', flags: read.flags } : usage(read.problem);
    },
  },
  export: {
    texts: EXPORT_TEXTS,
    switches: [],
    lists: EXPORT_LISTS,
    read: (values) => {
      const read = readExportFlags(values);
      return read.ok ? { kind: 'export', flags: read.flags } : usage(read.problem);
    },
  },
  replay: {
    texts: REPLAY_TEXTS,
    switches: REPLAY_SWITCHES,
    lists: REPLAY_LISTS,
    operand: 'FILE',
    read: (values, file) => {
      const read = readReplayFlags(values, file);
      return read.ok ? { kind: 'replay', flags: read.flags } : usage(read.problem);
    },
  },
  ledger: {
    texts: MIGRATE_TEXTS,
    switches: MIGRATE_SWITCHES,
    operand: 'task: migrate',
    read: (values, task) => {
      const read = readMigrateFlags(values, task);
      return read.ok ? { kind: 'migrate', flags: read.flags } : usage(read.problem);
    },
  },
  'test-alert': {
    texts: TEST_ALERT_FLAGS,
    switches: [],
    read: (values) => {
      const read = readTestAlertFlags(values);
      return read.ok ? { kind: 'test_alert', flags: read.flags } : usage(read.problem);
    },
  },
};

/** Reads the words after the program's name: a subcommand, if any, and then flags as `--flag=value` or `--flag value`. */
export function parseCommandLine(words: readonly string[]): CommandLine {
  const [first = ''] = words;
  const named = first !== '' && !first.startsWith('-');
  const command = named ? first : 'serve';
  const subcommand = Object.hasOwn(SUBCOMMANDS, command) ? SUBCOMMANDS[command] : undefined;
  if (subcommand === undefined) {
    return usage(`unknown subcommand "${command}"; give one of ${Object.keys(SUBCOMMANDS).join(', ')}`);
  }
  try {
    return readFlags(subcommand, named ? words.slice(1) : words);
  } catch (error) {
    if (error instanceof TypeError && 'code' in error) return usage(error.message.split('\n')[0] ?? error.message);
    throw error;
  }
}

/** Throws parseArgs' TypeErrors, which have a `code`. */
function readFlags({ texts, switches, lists = [], operand, read }: Subcommand, words: readonly string[]): CommandLine {
  const options = flagOptions([...texts, ...lists], switches);
  const allowPositionals = operand !== undefined;
  const { values, positionals } = parseArgs({ args: [...words], options, strict: true, allowPositionals });
  if (values['help'] === true) return { kind: 'help' };
  if (values['version'] === true) return { kind: 'version' };
  const only = onlyValues(values, lists);
  if (!only.ok) return usage(only.problem);
  const [given = '', another] = positionals;
  if (operand !== undefined && (given === '' || another !== undefined)) return usage(`give one ${operand}`);
  return read(only.values, given);
}

function readDemo(values: Values): CommandLine {
  const own = ['config.file', 'config.check', 'log.level'];
  return own.some((flag) => values[flag] !== undefined)
    ? usage('demo makes its own configuration; leave out --config.file, --config.check and --log.level')
    : readServe('demo', values);
}

function readServe(command: 'serve' | 'demo', values: Values): CommandLine {
  const level = textOf(values, 'log.level');
  const logLevel = LOG_LEVELS.find((known) => known === level) ?? null;
  if (level !== null && logLevel === null) {
    return usage(`--log.level: "${level}" is not right; give one of ${LOG_LEVELS.join(', ')}`);
  }
  const address = textOf(values, 'web.listen-address');
  const listenAddress = address === null ? null : readListenAddress(address);
  if (listenAddress?.ok === false) return usage(`--web.listen-address: ${listenAddress.problem}`);
  const configFile = textOf(values, 'config.file');
  const check = values['config.check'] === true;
  return { kind: 'run', command, flags: { configFile, listenAddress: listenAddress?.value ?? null, logLevel, check } };
}

function usage(problem: string): CommandLine {
  return { kind: 'usage', problem };
}
