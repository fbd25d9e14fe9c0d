import { counted } from '../../domain/counted.ts';
import { type KeyName, keyValues } from '../../domain/keys.ts';
import type { Span, Window } from '../../domain/windows.ts';
import type { KeyChange, KeyDeployment, KeySpan, KeysRecord } from '../../ledger/key-records.ts';
import { statisticsLines } from './statistics.ts';
import { type Column, inSeconds, moment, table } from './table.ts';

/** What is explained of each target or team. */
export interface Frame {
  readonly key: KeyName;
  readonly window: Window;
  readonly span: Span;
  readonly minSamples: number;
}

/** One key of one target, or of a team, as a page that a person can check by hand. */
export function explanation(record: KeysRecord, frame: Frame): string {
  const { key, window, span, minSamples } = frame;
  const { absent } = keyValues(record.keys, window.ms, minSamples)[key];
  const body = BODIES[key](record, frame);
  const cut = window.isCut === true ? `: retention keeps no more of ${window.name}` : '';
  const incomplete = record.observedSince > span.after ? ': the window is incomplete' : cut;
  return [
    `${key} of ${whose(record)}\n`,
    `  window  ${window.name}: after ${moment(span.after)}, up to ${moment(span.until)}\n`,
    `  known   whole since ${moment(record.observedSince)}${incomplete}\n\n`,
    body,
    absent === null ? '' : `  absent: ${absent}\n`,
  ].join('');
}

const BODIES: Readonly<Record<KeyName, (record: KeysRecord, frame: Frame) => string>> = {
  deployment_frequency: ({ app, deployments, keys }, { window }) => {
    const days = window.ms / 86_400_000;
    return `${table(ofApp(app, DEPLOYMENTS), deployments)}\n  ${counted(keys.deployments, 'deployment')} in ${counted(days, 'day')} = ${keys.deployments / days} a day\n`;
  },
  lead_time: ({ app, changes, keys }) => {
    const sorted = changes.toSorted((a, b) => a.leadMs - b.leadMs);
    const rows = table(ofApp(app, CHANGES), sorted);
    // The rows that are known do not stand for those that are awaited.
    if (keys.awaitsLeadTimes) return rows;
    return times(
      rows,
      sorted.map(({ leadMs }) => leadMs),
    );
  },
  change_failure_rate: ({ app, deployments, keys }) => {
    const causes = Object.entries(keys.changeFailures);
    const failures = causes.reduce((sum, [, count]) => sum + count, 0);
    const which = causes.map(([cause, count]) => `${count} ${cause}`).join(', ');
    const found = `  ${failures} change failures${which === '' ? '' : ` (${which})`}`;
    return `${table(ofApp(app, FAILURES), deployments)}\n${found}\n${ratio(failures, keys.ratioDeployments, keys.changeFailureRatio)}${unseen(deployments)}`;
  },
  recovery_time: ({ app, spans }) => {
    const sorted = spans.toSorted((a, b) => took(a) - took(b));
    return times(table(ofApp(app, SPANS), sorted), sorted.map(took));
  },
  rework_rate: ({ app, deployments, keys }) =>
    `${table(ofApp(app, REWORK), deployments)}\n  ${keys.rework} rework\n${ratio(keys.rework, keys.ratioDeployments, keys.reworkRatio)}${unseen(deployments)}`,
};

const DEPLOYMENT_COLUMNS: readonly Column<KeyDeployment>[] = [
  { title: 'finished', cell: ({ finishedAt }) => moment(finishedAt) },
  { title: 'app', cell: ({ app }) => app },
  { title: 'deployment', right: true, cell: ({ id }) => String(id) },
  { title: 'number', right: true, cell: ({ number }) => String(number) },
  { title: 'outcome', cell: ({ outcome }) => outcome },
];
const DEPLOYMENTS = DEPLOYMENT_COLUMNS;
const COUNTED: Column<KeyDeployment> = { title: 'in ratio', cell: ({ failuresSeen }) => (failuresSeen ? 'yes' : 'no') };
const FAILURES: readonly Column<KeyDeployment>[] = [
  ...DEPLOYMENT_COLUMNS,
  COUNTED,
  { title: 'change failure', cell: ({ changeFailure }) => changeFailure ?? '-' },
  { title: 'why', cell: ({ changeFailureWhy }) => changeFailureWhy ?? '' },
];
const REWORK: readonly Column<KeyDeployment>[] = [
  ...DEPLOYMENT_COLUMNS,
  COUNTED,
  { title: 'rework', cell: ({ rework }) => rework ?? '-' },
];
const SPANS: readonly Column<KeySpan>[] = [
  { title: 'row', right: true, cell: (_, index) => String(index + 1) },
  { title: 'app', cell: ({ app }) => app },
  { title: 'failing since', cell: ({ openedAt }) => moment(openedAt) },
  { title: 'until', cell: ({ closedAt }) => moment(closedAt) },
  { title: 'seconds', right: true, cell: (span) => inSeconds(took(span)) },
  { title: 'deployment', right: true, cell: ({ deployment }) => String(deployment?.id ?? '-') },
  { title: 'number', right: true, cell: ({ deployment }) => String(deployment?.number ?? '-') },
  { title: 'incidents', cell: ({ incidents }) => incidents.join(', ') },
];
const CHANGES: readonly Column<KeyChange>[] = [
  { title: 'row', right: true, cell: (_, index) => String(index + 1) },
  { title: 'app', cell: ({ app }) => app },
  { title: 'committed', cell: ({ committedAt }) => (committedAt === null ? '-' : moment(committedAt)) },
  { title: 'deployed', cell: ({ deployedAt }) => moment(deployedAt) },
  { title: 'seconds', right: true, cell: ({ leadMs }) => inSeconds(leadMs) },
  { title: 'deployment', right: true, cell: ({ deployment }) => String(deployment?.id ?? '-') },
  { title: 'commit', cell: ({ sha }) => sha.slice(0, 12) },
  { title: 'known by', cell: ({ origin }) => origin ?? '-' },
];

/** The app is worth a column only where there are several. */
function ofApp<R>(app: string | null, columns: readonly Column<R>[]): readonly Column<R>[] {
  return app === null ? columns : columns.filter(({ title }) => title !== 'app');
}

function whose({ source, app, environment, team, targets }: KeysRecord): string {
  if (app === null) return `team ${team} (${counted(targets, 'target')} of ${source}, ${environment})`;
  return `${app} (${source}, ${environment}${team === '' ? '' : `, team ${team}`})`;
}

function times(rows: string, sorted: readonly number[]): string {
  return sorted.length === 0 ? '' : `${rows}\n${statisticsLines(sorted)}`;
}

function ratio(part: number, whole: number, value: number | null): string {
  return `  ${counted(whole, 'deployment')} whose failures could be seen\n${value === null ? '' : `  ${part} / ${whole} = ${value}\n`}`;
}

function unseen(deployments: readonly KeyDeployment[]): string {
  const count = deployments.filter(({ failuresSeen }) => !failuresSeen).length;
  return count === 0 ? '' : `  ${count} more ended before the first poll: failures of that time are not known\n`;
}

function took({ openedAt, closedAt }: KeySpan): number {
  return closedAt - openedAt;
}
