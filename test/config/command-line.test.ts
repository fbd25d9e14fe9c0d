import { describe, expect, it } from 'vitest';
import { parseCommandLine, USAGE } from '../../src/config/command-line.ts';
import { EXPLAIN_FLAGS } from '../../src/config/explain-flags.ts';
import { EXPORT_LISTS, EXPORT_TEXTS } from '../../src/config/export-flags.ts';
import { MIGRATE_SWITCHES, MIGRATE_TEXTS } from '../../src/config/migrate-flags.ts';

function words(line: string): string[] {
  return line.split(' ').filter((word) => word !== '');
}

const SILENT = { configFile: null, listenAddress: null, logLevel: null, check: false };

describe('the command line', () => {
  it.each([
    ['', 'serve', {}],
    ['serve', 'serve', {}],
    ['demo', 'demo', {}],
    ['--config.file=a.yml', 'serve', { configFile: 'a.yml' }],
    ['--config.file a.yml --config.check', 'serve', { configFile: 'a.yml', check: true }],
    ['serve --log.level=debug', 'serve', { logLevel: 'debug' }],
    ['demo --web.listen-address 127.0.0.1:0', 'demo', { listenAddress: { host: '127.0.0.1', port: 0 } }],
    ['--web.listen-address=:3672', 'serve', { listenAddress: { host: null, port: 3672 } }],
    ['--web.listen-address=[::1]:3672', 'serve', { listenAddress: { host: '::1', port: 3672 } }],
    ['--web.listen-address=localhost:80', 'serve', { listenAddress: { host: 'localhost', port: 80 } }],
  ])('"%s" runs %s', (line, command, flags) => {
    expect(parseCommandLine(words(line))).toEqual({ kind: 'run', command, flags: { ...SILENT, ...flags } });
  });

  it.each([
    ['ledger migrate --from=sqlite:a --to=postgres://b/c', {}],
    ['ledger --from sqlite:a migrate --to postgres://b/c --dry-run', { dryRun: true }],
    ['ledger migrate --from=sqlite:a --to=postgres://b/c --ledger-password-file=p', { passwordFile: 'p' }],
  ])('"%s" moves the ledger', (line, more) => {
    const flags = { from: 'sqlite:a', to: 'postgres://b/c', passwordFile: null, dryRun: false, ...more };
    expect(parseCommandLine(words(line))).toEqual({ kind: 'migrate', flags });
  });

  it.each([
    ['test-alert', 'critical', 'run', null],
    ['test-alert --config.file=a --severity=info --form dag', 'info', 'dag', 'a'],
  ])('"%s" is a test alert', (line, severity, form, configFile) => {
    expect(parseCommandLine(words(line))).toEqual({ kind: 'test_alert', flags: { configFile, severity, form } });
  });

  it.each([
    ['--version', 'version'],
    ['serve --version --config.file=a', 'version'],
    ['--help', 'help'],
    ['demo -h', 'help'],
  ])('"%s" asks for the %s', (line, kind) => {
    expect(parseCommandLine(words(line))).toEqual({ kind });
  });

  it.each([
    ['start', 'unknown subcommand "start"'],
    ['serve demo', "'demo'"],
    ['--config.file=a serve', "'serve'"],
    ['--config.fil=a', '--config.fil'],
    ['-x', '-x'],
    ['--config.file', '--config.file'],
    ['--config.file --config.check', '--config.file'],
    ['--config.file=', '--config.file is empty'],
    ['--config.file=a --config.file=b', '--config.file is there twice'],
    ['--config.check=yes', '--config.check'],
    ['--log.level=loud', '--log.level: "loud" is not right; give one of trace, debug, info, warn, error'],
    ['--web.listen-address=3672', '--web.listen-address: "3672" is not right; give an address to listen on'],
    ['--web.listen-address=:65536', '":65536" is not right'],
    ['--web.listen-address=::1:80', '"::1:80" is not right'],
    ['--web.listen-address=[localhost]:80', 'is not right'],
    ['demo --config.file=a.yml', 'demo makes its own configuration'],
    ['demo --config.check', 'demo makes its own configuration'],
    ['--severity=critical', "Unknown option '--severity'"],
    ['test-alert --severity=loud', '--severity: "loud" is not right; give one of critical, warning, info'],
    ['test-alert --form=song', '--form: "song" is not right; give one of run, dag, anomaly'],
    ['test-alert --form=run --form=dag', '--form is there twice'],
    ['test-alert --config.check', "Unknown option '--config.check'"],
    ['ledger', 'give one task: migrate'],
    ['ledger migrate migrate', 'give one task: migrate'],
    ['ledger move --from=sqlite:a --to=sqlite:b', 'ledger: "move" is no task of it; give ledger migrate'],
    ['ledger migrate --to=sqlite:b', 'ledger migrate needs --from; give sqlite:FILE'],
    ['ledger migrate --from=sqlite:b', 'ledger migrate needs --to; give sqlite:FILE'],
    ['ledger migrate --from=sqlite:a --to=sqlite:b --config.file=c', "Unknown option '--config.file'"],
    ['demo --log.level=debug', 'demo makes its own configuration'],
  ])('"%s" is a mistake that is told: %s', (line, part) => {
    const parsed = parseCommandLine(words(line));
    expect(parsed.kind === 'usage' ? parsed.problem : parsed.kind).toContain(part);
  });

  it.each([
    ['--app=shop/web --key=recovery_time', { app: 'shop/web', key: 'recovery_time' }],
    [
      '--team=shop --key=lead_time --window=7d',
      { team: 'shop', key: 'lead_time', window: { name: '7d', ms: 604_800_000 } },
    ],
    [
      '--app a --environment=e --source=s --team=t --key=rework_rate --config.file=c.yml',
      { app: 'a', environment: 'e', source: 's', team: 't', key: 'rework_rate', configFile: 'c.yml' },
    ],
  ])('explain %s', (line, flags) => {
    const silent = { configFile: null, app: null, environment: null, source: null, team: null };
    const window = { name: '30d', ms: 2_592_000_000 };
    expect(parseCommandLine(['explain', ...words(line)])).toEqual({
      kind: 'explain',
      flags: { ...silent, window, ...flags },
    });
  });

  it.each([
    ['--key=lead_time', 'explain needs --app=APP'],
    ['--app=a', 'explain needs --key; give one of deployment_frequency, lead_time'],
    ['--app=a --key=mttr', '--key: "mttr" is not right; give one of'],
    ['--app=a --key=lead_time --window=month', '--window: "month" is not right'],
    ['--app=a --key=lead_time --window=0d', '--window: "0d" is not right'],
    ['--app=a --app=b --key=lead_time', '--app is there twice'],
    ['--app=a --key=lead_time --web.listen-address=:1', '--web.listen-address'],
  ])('explain %s is a mistake that is told: %s', (line, part) => {
    const parsed = parseCommandLine(['explain', ...words(line)]);
    expect(parsed.kind === 'usage' ? parsed.problem : parsed.kind).toContain(part);
  });

  it('names every flag in its help', () => {
    for (const flag of [
      'config.file',
      'config.check',
      'web.listen-address',
      'log.level',
      'version',
      'help',
      ...EXPLAIN_FLAGS,
      ...EXPORT_TEXTS,
      ...EXPORT_LISTS,
      ...MIGRATE_TEXTS,
      ...MIGRATE_SWITCHES,
    ]) {
      expect(USAGE).toContain(`--${flag}`);
    }
  });
});
