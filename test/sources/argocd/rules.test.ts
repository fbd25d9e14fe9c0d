import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ApplicationEvent, HistoryEntry } from '../../../src/sources/argocd/application.ts';
import { judgeAttempt, NOTHING_COUNTED } from '../../../src/sources/argocd/counting-attempts.ts';
import { type Known, readEvents } from '../../../src/sources/argocd/events.ts';
import { fieldsFor } from '../../../src/sources/argocd/fields.ts';
import { identityOf } from '../../../src/sources/argocd/identity.ts';
import { application as schema } from '../../../src/sources/argocd/schema.ts';
import { targetOf } from '../../../src/sources/argocd/target-of.ts';
import { settingsOf } from './support.ts';
import { application, HOUR, NOON, SECOND, sha } from './support-application.ts';

describe('identity', () => {
  const source = {
    repoURL: 'https://git.example.org/a.git',
    path: 'x',
    helm: { parameters: [{ name: 'n', value: '1' }] },
  };

  test('is of revisions and sources, without what moves by itself', () => {
    const one = identityOf([sha('a')], [source]);
    expect(identityOf([sha('a')], [{ ...source, targetRevision: 'main' }])).toBe(one);
    expect(identityOf([sha('a')], [{ ...source, chart: '', ref: null, kustomize: {}, plugin: { env: [] } }])).toBe(one);
    const { repoURL, ...rest } = source;
    expect(identityOf([sha('a')], [{ ...rest, repoURL }])).toBe(one);
  });

  test('another revision, path or parameter is another change', () => {
    const others = [
      identityOf([sha('a')], [source]),
      identityOf([sha('b')], [source]),
      identityOf([sha('a'), sha('a')], [source, source]),
      identityOf([sha('a')], [{ ...source, path: 'y' }]),
      identityOf([sha('a')], [{ ...source, helm: { parameters: [{ name: 'n', value: '2' }] } }]),
      identityOf([], [source]),
    ];
    expect(new Set(others).size).toBe(others.length);
    expect(identityOf([''], [source])).toBe(identityOf([], [source]));
  });

  test('never depends on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (given) => {
        const turned = Object.fromEntries(Object.entries(given).reverse());
        expect(identityOf(['r'], [turned])).toBe(identityOf(['r'], [given]));
      }),
    );
  });
});

/** What counts of a row of attempts such as "A, B failed, A", as "A B- A*": `-` failed, `*` a rollback. */
function counts(row: string): string {
  let counted = NOTHING_COUNTED;
  const words: string[] = [];
  for (const attempt of row.split(', ')) {
    const [identity = '', failed] = attempt.split(' ');
    const outcome = failed === undefined ? 'success' : 'failure';
    const judged = judgeAttempt(counted, { identity, outcome, at: 0 });
    if (judged.kind === 'ignored') words.push(`(${judged.reason})`);
    else {
      counted = judged.counted;
      words.push(`${identity}${failed === undefined ? '' : '-'}${judged.rollback ? '*' : ''}`);
    }
  }
  return words.join(' ');
}

test.each([
  ['A', 'A'],
  ['A failed', 'A-'],
  ['A, A', 'A (resync)'],
  ['A, A failed', 'A (resync)'],
  ['A failed, A failed', 'A- (repeated)'],
  ['A failed, A', 'A- A'],
  ['A failed, B failed, A failed', 'A- B- A-'],
  ['A, B, A', 'A B A*'],
  ['A, B, A, B', 'A B A* B'],
  ['A, B failed, A', 'A B- A*'],
  ['A, B failed, B failed, A', 'A B- (repeated) A*'],
  ['A, B, C failed, A', 'A B C- A*'],
  ['A, B, C failed, B', 'A B C- B*'],
  ['A, B, C, A', 'A B C A*'],
  ['A, B, C, B', 'A B C B*'],
  ['A failed, B, A', 'A- B A'],
  ['A, B, A failed, A', 'A B A- A*'],
])('%s counts as %s', (row, expected) => {
  expect(counts(row)).toBe(expected);
});

describe('events', () => {
  const at = NOON;
  const failed = (seconds: number, text: string): ApplicationEvent => ({
    at: at + seconds * SECOND,
    reason: 'OperationCompleted',
    warning: true,
    message: text,
  });
  const entry = (id: number, from: number, to: number): HistoryEntry => ({
    id,
    startedAt: at + from * SECOND,
    deployedAt: at + to * SECOND,
    initiatedBy: '',
    revisions: [sha('c')],
    sources: [],
  });
  const known = (more: Partial<Known> = {}): Known => ({
    application: { namespace: 'argocd', name: 'shop', createdAt: at - HOUR },
    sources: [{ repoURL: 'r' }],
    history: [],
    since: at,
    lastAt: 0,
    date: at + 60 * SECOND,
    failures: [],
    ends: [],
    endMissed: false,
    countAborted: false,
    ...more,
  });
  const found = (events: readonly ApplicationEvent[], more: Partial<Known> = {}) =>
    readEvents(events, known(more)).attempts;

  test('a failure has the revision of its text, the sources of the application, and an id of its own', () => {
    const [one] = found([failed(10, `Sync operation to ${sha('b')} failed: several\nlines`)]);
    expect(one).toMatchObject({
      id: `argocd/shop/${(at - HOUR) / 1000}/event/${at / 1000 + 10}/${sha('b')}`,
      outcome: 'failure',
      at: at + 10 * SECOND,
      startedAt: null,
      sequence: -1,
      identity: identityOf([sha('b')], [{ repoURL: 'r' }]),
    });
    expect(one?.details['message']).toBe('several\nlines');
    expect(found([failed(10, 'Sync operation failed: no project')])).toMatchObject([{ revisions: [] }]);
    // With several sources no revision is named.
    expect(found([failed(10, 'Sync operation to  failed: no')])).toMatchObject([{ revisions: [] }]);
  });

  test('what is no whole attempt is left out', () => {
    const none = [
      failed(10, `Partial sync operation to ${sha('b')} failed: no`),
      failed(10, `Sync operation to ${sha('b')} (dry run) failed: no`),
      failed(10, `Sync operation to ${sha('b')} failed: Operation terminated`),
      failed(-3, `Sync operation to ${sha('b')} failed: before`),
      { ...failed(10, `Sync operation to ${sha('b')} succeeded`), warning: false },
      { ...failed(10, 'Updated sync status: Synced -> OutOfSync'), reason: 'ResourceUpdated' },
      failed(10, 'something else'),
    ];
    expect(found(none)).toEqual([]);
    const timedOut = `Sync operation to ${sha('b')} failed: Operation terminated, triggered by controller sync timeout`;
    expect(found([failed(10, timedOut)])).toHaveLength(1);
    expect(found(none.slice(2, 3), { countAborted: true })).toHaveLength(1);
  });

  test('objects that already failed when they were tried out: a failure, unless it can have been a dry run: a gap', () => {
    const event = failed(10, `Sync operation to ${sha('b')} failed: one or more objects failed to apply (dry run)`);
    const started = (message: string) => ({ ...failed(9, message), reason: 'OperationStarted', warning: false });
    const automated = started(`Initiated automated sync to '${sha('b')}'`);
    const byHand = started(`admin initiated sync to main (${sha('b')})`);
    expect(found([automated, event])).toMatchObject([{ outcome: 'failure', revisions: [sha('b')] }]);
    expect(readEvents([automated, event], known()).whole).toBe(true);
    for (const before of [[byHand], [automated, byHand], []]) {
      expect(readEvents([...before, event], known())).toMatchObject({ attempts: [], whole: false });
    }
    // It was seen, so that it is known which of the two it was.
    const seen = { failures: [{ at: at + 10 * SECOND, revision: sha('b') }] };
    expect(readEvents([byHand, event], known(seen))).toMatchObject({ attempts: [], whole: true });
  });

  test('what was seen last can be a little older than its answer', () => {
    expect(found([failed(-2, `Sync operation to ${sha('b')} failed: just missed`)])).toHaveLength(1);
  });

  test('an operation that was seen to fail is not counted twice; one that succeeded nearby hides nothing', () => {
    const event = failed(10, `Sync operation to ${sha('b')} failed: no`);
    const near = { at: at + 8 * SECOND, revision: sha('b') };
    expect(found([event], { failures: [near] })).toEqual([]);
    expect(found([event], { failures: [{ ...near, at: at + 7 * SECOND }] })).toHaveLength(1);
    expect(found([event], { failures: [{ ...near, revision: sha('c') }] })).toHaveLength(1);
    expect(found([event], { history: [entry(0, 5, 10)], ends: [at + 10 * SECOND] })).toHaveLength(1);
  });

  test('of one second, the order of the events decides between a failure and an entry of the history', () => {
    const failure = failed(10, `Sync operation to ${sha('b')} failed: no`);
    const success = { ...failed(10, `Sync operation to ${sha('c')} succeeded`), warning: false };
    const history = [entry(4, 1, 2), entry(5, 10, 10)];
    expect(found([failure, success], { history })).toMatchObject([{ sequence: 4, order: 1 }]);
    expect(found([success, failure], { history })).toMatchObject([{ sequence: 5, order: 1 }]);
    expect(found([failure], { history: [entry(5, 3, 10)] })).toMatchObject([{ sequence: 5, order: 1 }]);
  });

  test('whether they reach back to what is known', () => {
    const whole = (events: readonly ApplicationEvent[], more: Partial<Known> = {}) =>
      readEvents(events, known(more)).whole;
    const success = { ...failed(10, 'Sync operation to x succeeded'), warning: false };
    expect(whole([])).toBe(true);
    expect(whole([], { endMissed: true })).toBe(false);
    expect(whole([success], { endMissed: true })).toBe(true);
    expect(whole([], { ends: [at + 10 * SECOND] })).toBe(false);
    expect(whole([success], { ends: [at + 11 * SECOND] })).toBe(true);
    // It may be on its way.
    expect(whole([], { ends: [at + 59 * SECOND] })).toBe(true);
    expect(whole([success], { since: at - 2 * HOUR })).toBe(false);
    expect(whole([failed(-7300, 'old'), success], { since: at - 2 * HOUR })).toBe(true);
  });
});

describe('the target of an application', () => {
  const mapped = (labels: Record<string, string>, keys: Readonly<Record<string, unknown>> = {}, change = {}) => {
    const raw = application();
    raw.metadata.labels = labels;
    Object.assign(raw.spec.destination, change);
    return targetOf(schema.parse(raw), settingsOf(keys));
  };

  test('the environment is configured, else a label, else the destination namespace, else production', () => {
    const environment = (...given: Parameters<typeof mapped>) => mapped(...given)?.target.environment;
    expect(environment({ environment: 'qa', env: 'x' }, { environment: 'live' })).toBe('live');
    expect(environment({ environment: 'qa', env: 'x' })).toBe('qa');
    expect(environment({ env: 'x' })).toBe('x');
    expect(environment({})).toBe('prod');
    expect(environment({}, {}, { namespace: '' })).toBe('production');
  });

  test('the team is a label, and relabelling sees all that the server tells', () => {
    const rule = (source: string, target: string) => ({ source_labels: [source], target_label: target });
    expect(mapped({ team: 'payments' })?.team).toBe('payments');
    const seen = mapped(
      { 'app.kubernetes.io/part-of': 'suite' },
      {
        relabel_configs: [
          rule('__meta_argocd_label_app_kubernetes_io_part_of', 'app'),
          rule('__meta_argocd_project', 'team'),
          rule('__meta_argocd_destination_server', 'environment'),
        ],
      },
    );
    expect(seen).toEqual({
      target: { source: 'argocd', app: 'suite', environment: 'https://k.example.org' },
      team: 'default',
    });
    expect(mapped({}, { relabel_configs: [{ ...rule('none', 'app'), replacement: '' }] })).toBeNull();
  });
});

test('fields by the server’s version', () => {
  expect(fieldsFor('v3.5.1+109ca7c').at(-1)).toBe('items.spec.destination');
  expect(fieldsFor('v4.0.0').at(-1)).toBe('items.spec.destination');
  for (const old of ['v3.4.7', 'v2.13.9+x', '', 'unknown']) expect(fieldsFor(old).at(-1)).toBe('items.spec');
});
