import { expect, test } from 'vitest';
import { iso, MINUTE, NOON, operate, pollAt, reasons, SECOND, sha, shop, told } from './support-application.ts';
import { completed } from './support-server.ts';

const HALF = 30 * SECOND;

test('the history of a first sight counts, in its order', async () => {
  const { desk, one } = shop();
  operate(one, 'Succeeded', sha('a'), NOON - 30 * MINUTE);
  operate(one, 'Succeeded', sha('a'), NOON - 20 * MINUTE);
  operate(one, 'Succeeded', sha('b'), NOON - 10 * MINUTE);
  operate(one, 'Succeeded', sha('a'), NOON - 5 * MINUTE);
  await pollAt(desk, NOON);
  expect(told(desk)).toEqual(['success -1800', 'success -600', 'success -300 rollback']);
  expect(reasons(desk)).toEqual(['resync']);
  expect(desk.batches[0]).toMatchObject({ origin: 'backfill', gaps: 0 });
  expect(desk.batches[0]?.targets).toEqual([
    {
      target: { source: 'argocd', app: 'shop', environment: 'prod' },
      team: '',
      observedSince: NOON,
      sighted: true,
    },
  ]);
});

test('a deployment carries what people and lead time want to know', async () => {
  const { desk, one } = shop();
  await pollAt(desk, NOON);
  operate(one, 'Succeeded', sha('b'), NOON + 10 * SECOND, {
    message: 'successfully synced (all tasks run)',
    resources: [{ images: ['registry.example.org/shop:1.0.1'] }, { kind: 'ConfigMap' }],
  });
  await pollAt(desk, NOON + HALF);
  expect(desk.deployments).toEqual([
    {
      id: `argocd/shop/${(NOON - 60 * MINUTE) / 1000}/history/0`,
      target: { source: 'argocd', app: 'shop', environment: 'prod' },
      outcome: 'success',
      at: NOON + 10 * SECOND,
      sequence: 0,
      order: 0,
      durationMs: 10 * SECOND,
      identity: expect.stringMatching(/^[0-9a-f]{32}$/),
      commit: sha('b'),
      link: 'https://argocd.example.org/applications/argocd/shop',
      rule: 'an entry of the history',
      details: {
        history_id: 0,
        phase: 'Succeeded',
        message: 'successfully synced (all tasks run)',
        revisions: sha('b'),
        repositories: 'https://git.example.org/deploy.git',
        images: 'registry.example.org/shop:1.0.1',
      },
      beginningKnown: true,
      startedAt: NOON,
      rollback: false,
      failuresSeen: true,
      lookup: { application: 'argocd/shop', project: 'default' },
    },
  ]);
});

test('a quick failure that the next request erased is found in the events', async () => {
  const { desk, held, one } = shop();
  await pollAt(desk, NOON);
  held.events.set('argocd/shop', [
    completed(iso(NOON + 5 * SECOND), true, `Sync operation to ${sha('b')} failed: it did not apply`),
    completed(iso(NOON + 20 * SECOND), false, `Sync operation to ${sha('c')} succeeded`),
  ]);
  operate(one, 'Succeeded', sha('c'), NOON + 20 * SECOND);
  const asked = await desk.asked(() => pollAt(desk, NOON + HALF));
  expect(told(desk)).toEqual(['failure 5', 'success 20']);
  expect(desk.deployments[0]?.details['message']).toBe('it did not apply');
  expect(desk.gaps).toBe(0);
  // The list, the application, its events.
  expect(asked).toHaveLength(3);
  expect(asked[2]).toBe('/api/v1/applications/shop/events?appNamespace=argocd&project=default');
});

test('a failure that was seen is not counted again from its event', async () => {
  const { desk, held, one } = shop();
  await pollAt(desk, NOON);
  operate(one, 'Failed', sha('b'), NOON + 29 * SECOND, { message: 'no' });
  const failed = completed(iso(NOON + HALF), true, `Sync operation to ${sha('b')} failed: no`);
  held.events.set('argocd/shop', [failed]);
  await pollAt(desk, NOON + HALF);
  operate(one, 'Succeeded', sha('c'), NOON + 50 * SECOND);
  held.events.set('argocd/shop', [
    failed,
    completed(iso(NOON + 50 * SECOND), false, `Sync operation to ${sha('c')} succeeded`),
  ]);
  await pollAt(desk, NOON + 2 * HALF);
  await pollAt(desk, NOON + 3 * HALF);
  expect(told(desk)).toEqual(['failure 29', 'success 50']);
});

test('where the events are gone one gap is counted, and what is known whole begins anew', async () => {
  const { desk, one } = shop();
  operate(one, 'Running', sha('b'), NOON - 5 * SECOND);
  await pollAt(desk, NOON);
  operate(one, 'Running', sha('c'), NOON + 10 * SECOND);
  await pollAt(desk, NOON + HALF);
  expect(desk.gaps).toBe(1);
  expect(desk.batches.at(-2)?.targets[0]?.observedSince).toBe(NOON + HALF);
  operate(one, 'Succeeded', sha('c'), NOON + 40 * SECOND, { tookMs: HALF });
  await pollAt(desk, NOON + 2 * HALF);
  expect(told(desk)).toEqual(['success 40']);
  expect(desk.gaps).toBe(1);
});

test('entries of the history that came and went between two polls are gaps, but not at first sight', async () => {
  const { desk, one } = shop();
  for (const [index, letters] of ['a', 'b', 'c'].entries()) {
    operate(one, 'Succeeded', sha(letters), NOON - (9 - index) * MINUTE);
  }
  one.status.history.shift();
  await pollAt(desk, NOON);
  expect(desk.gaps).toBe(0);
  one.status.history = [{ ...one.status.history.at(-1), id: 6, revision: sha('d'), deployedAt: iso(NOON + SECOND) }];
  one.status.operationState.startedAt = iso(NOON - 9 * SECOND);
  await pollAt(desk, NOON + HALF);
  expect(told(desk).at(-1)).toBe('success 1');
  // 3, 4 and 5; and of what failed between them no event tells.
  expect(desk.gaps).toBe(4);
});

test('an operation that ended in the second of the answer is read again: another can share that second', async () => {
  const { desk, held, one } = shop();
  await pollAt(desk, NOON);
  held.events.set('argocd/shop', [completed(iso(NOON + HALF), false, `Sync operation to ${sha('b')} succeeded`)]);
  operate(one, 'Succeeded', sha('b'), NOON + HALF, { tookMs: 0 });
  await pollAt(desk, NOON + HALF);
  operate(one, 'Succeeded', sha('c'), NOON + HALF, { tookMs: 0 });
  await pollAt(desk, NOON + 2 * HALF);
  expect(told(desk)).toEqual(['success 30', 'success 30']);
  expect(await desk.asked(() => pollAt(desk, NOON + 3 * HALF))).toHaveLength(1);
});

test('an end without a time is when it was first seen, and says so', async () => {
  const { desk, one } = shop();
  await pollAt(desk, NOON);
  operate(one, 'Error', sha('b'), NOON + 10 * SECOND);
  delete one.status.operationState.finishedAt;
  await pollAt(desk, NOON + HALF);
  await pollAt(desk, NOON + 2 * HALF);
  expect(told(desk)).toEqual(['failure 30']);
  expect(desk.deployments[0]?.details['end']).toBe('when it was first seen');
});

test('where no history is kept the operation stands for its entry', async () => {
  const { desk, one } = shop();
  one.spec.revisionHistoryLimit = 0;
  await pollAt(desk, NOON);
  operate(one, 'Succeeded', sha('b'), NOON + 10 * SECOND);
  await pollAt(desk, NOON + HALF);
  await pollAt(desk, NOON + 2 * HALF);
  expect(told(desk)).toEqual(['success 10']);
});

test('self-heals count as such, but for one that carries a new revision with other images', async () => {
  const { desk, held, one } = shop();
  const heal = { sync: { autoHealAttemptsCount: 1, resources: [{ kind: 'Deployment', name: 'shop' }] } };
  operate(one, 'Succeeded', sha('a'), NOON - MINUTE, { resources: [{ images: ['shop:1'] }] });
  await pollAt(desk, NOON);
  const steps = [
    { revision: sha('a'), image: 'shop:1' },
    // The branch has moved on, but not for this application.
    { revision: sha('b'), image: 'shop:1' },
    { revision: sha('c'), image: 'shop:2' },
    { revision: sha('c'), image: 'shop:2' },
  ];
  for (const [index, { revision, image }] of steps.entries()) {
    const at = NOON + (index + 1) * HALF;
    operate(one, 'Succeeded', revision, at - 10 * SECOND, { ...heal, resources: [{ images: [image] }] });
    held.events.set('argocd/shop', [completed(iso(at - 10 * SECOND), false, 'Partial sync operation succeeded')]);
    await pollAt(desk, at);
  }
  expect(told(desk)).toEqual(['success -60', 'success 80']);
  expect(reasons(desk)).toEqual(['self_heal', 'self_heal', 'self_heal']);
  expect(desk.gaps).toBe(0);
});

test('a person who ends a sync is no failure unless configured; a time-out is one', async () => {
  for (const [keys, message, expected] of [
    [{}, 'Operation terminated', []],
    [{}, 'Operation termination had errors: x', []],
    [{}, 'Operation terminated, triggered by controller sync timeout', ['failure 10']],
    [{ count_aborted: true }, 'Operation terminated', ['failure 10']],
  ] as const) {
    const { desk, one } = shop(keys);
    await pollAt(desk, NOON);
    operate(one, 'Failed', sha('b'), NOON + 10 * SECOND, { message });
    await pollAt(desk, NOON + HALF);
    expect(told(desk)).toEqual(expected);
    expect(reasons(desk)).toEqual(expected.length === 0 ? ['aborted'] : []);
  }
});

test('the same change failing again is one failure; failing after it succeeded, none', async () => {
  const { desk, one } = shop();
  operate(one, 'Succeeded', sha('a'), NOON - MINUTE);
  await pollAt(desk, NOON);
  for (const [index, [phase, revision]] of [
    ['Failed', sha('a')],
    ['Failed', sha('b')],
    ['Error', sha('b')],
    ['Succeeded', sha('b')],
  ].entries()) {
    const at = NOON + (index + 1) * HALF;
    operate(one, phase ?? '', revision ?? '', at - 10 * SECOND);
    await pollAt(desk, at);
  }
  expect(told(desk)).toEqual(['success -60', 'failure 50', 'success 110']);
  expect(reasons(desk)).toEqual(['resync', 'repeated']);
});

test('local manifests have no revision and are no deployment', async () => {
  const { desk, one } = shop();
  operate(one, 'Succeeded', '', NOON - MINUTE);
  await pollAt(desk, NOON);
  expect(told(desk)).toEqual([]);
  expect(reasons(desk)).toEqual(['local']);
});

test('healing one part does not make another part’s image new', async () => {
  const { desk, one } = shop();
  operate(one, 'Succeeded', sha('a'), NOON - MINUTE, { resources: [{ images: ['shop:1'] }, { images: ['worker:1'] }] });
  await pollAt(desk, NOON);
  for (const [index, image] of ['shop:1', 'worker:1'].entries()) {
    const at = NOON + (index + 1) * HALF;
    const sync = { autoHealAttemptsCount: 1, resources: [{ kind: 'Deployment', name: 'x' }] };
    operate(one, 'Succeeded', sha('b'), at - 10 * SECOND, { sync, resources: [{ images: [image] }] });
    await pollAt(desk, at);
  }
  expect(told(desk)).toEqual(['success -60']);
  expect(reasons(desk)).toEqual(['self_heal', 'self_heal']);
});

test('an event can tell of a failure before the operation shows it: it is one failure', async () => {
  const { desk, held, one } = shop();
  await pollAt(desk, NOON);
  operate(one, 'Running', sha('b'), NOON + 10 * SECOND);
  held.events.set('argocd/shop', [
    completed(iso(NOON + 29 * SECOND), true, `Sync operation to ${sha('b')} failed: no`),
  ]);
  await pollAt(desk, NOON + HALF);
  operate(one, 'Failed', sha('b'), NOON + 29 * SECOND, { tookMs: 19 * SECOND });
  await pollAt(desk, NOON + 2 * HALF);
  expect(told(desk)).toEqual(['failure 29']);
  expect(reasons(desk)).toEqual([]);
});

test('while nothing but a request is seen, what came and went before it is still to be found', async () => {
  const { desk, held, one } = shop();
  operate(one, 'Succeeded', sha('a'), NOON - MINUTE);
  await pollAt(desk, NOON);
  delete one.status.operationState;
  await pollAt(desk, NOON + HALF);
  await pollAt(desk, NOON + 2 * HALF);
  held.events.set('argocd/shop', [
    completed(iso(NOON + 20 * SECOND), true, `Sync operation to ${sha('b')} failed: no`),
    completed(iso(NOON + 80 * SECOND), false, `Sync operation to ${sha('c')} succeeded`),
  ]);
  operate(one, 'Succeeded', sha('c'), NOON + 80 * SECOND);
  await pollAt(desk, NOON + 3 * HALF);
  expect(told(desk)).toEqual(['success -60', 'failure 20', 'success 80']);
});

test('the event of what had just failed at first sight is that failure', async () => {
  const { desk, held, one } = shop();
  operate(one, 'Failed', sha('b'), NOON - 3 * SECOND);
  await pollAt(desk, NOON);
  held.events.set('argocd/shop', [
    completed(iso(NOON - 2 * SECOND), true, `Sync operation to ${sha('b')} failed: no`),
    completed(iso(NOON + 20 * SECOND), false, `Sync operation to ${sha('c')} succeeded`),
  ]);
  operate(one, 'Succeeded', sha('c'), NOON + 20 * SECOND);
  await pollAt(desk, NOON + HALF);
  expect(told(desk)).toEqual(['failure -3', 'success 20']);
  expect(reasons(desk)).toEqual([]);
});

test('where no images are known a self-heal counts by its revision, once', async () => {
  const { desk, one } = shop();
  operate(one, 'Succeeded', sha('a'), NOON - MINUTE);
  await pollAt(desk, NOON);
  for (const attempt of [1, 2]) {
    const sync = { autoHealAttemptsCount: attempt, resources: [{ kind: 'ConfigMap', name: 'x' }] };
    operate(one, 'Succeeded', sha('c'), NOON + attempt * HALF - 10 * SECOND, { sync });
    await pollAt(desk, NOON + attempt * HALF);
  }
  expect(told(desk)).toEqual(['success -60', 'success 20']);
  expect(reasons(desk)).toEqual(['self_heal']);
});
