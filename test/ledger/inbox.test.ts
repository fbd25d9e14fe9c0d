import { expect, test } from 'vitest';
import type { Clock } from '../../src/domain/clock.ts';
import type { Verdict } from '../../src/domain/override.ts';
import { openInbox } from '../../src/ledger/inbox/inbox.ts';
import { ledgerOver } from '../../src/ledger/ledger.ts';
import { openStore } from '../../src/ledger/open-store.ts';
import { askLeader } from '../../src/main/ask-leader.ts';
import { ANN, latest, numberOf } from './override-support.ts';
import { BANK, BURST, event, measurement, post, RATE } from './sink-support.ts';
import { quickClock, temporaryFolder } from './sqlite-store.ts';
import { at, batch, failure, RULES, success } from './support.ts';

const NOW = at(10_000);
const RULED = { sink: [BURST, RATE], blameWithinMs: 3_600_000, now: NOW };

/** A ledger of a leader, and beside it the inbox of a follower; `failures` are what the leader could not take. */
async function openBoth() {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await temporaryFolder());
  const store = await openStore({ file: `${folder.path}/dora.db` });
  resources.defer(() => store.close());
  const clock: Clock = { ...quickClock(), now: () => NOW };
  const ledger = ledgerOver(store, { rules: RULES, plan: () => [], clock, observe: () => {} });
  const failures: string[] = [];
  const take = () =>
    ledger.takeInbox({ ...RULED, failed: (error, row) => failures.push(`${row.kind} ${row.id}: ${error}`) });
  const all = resources.move();
  return {
    store,
    ledger,
    clock,
    inbox: openInbox(store, clock),
    failures,
    take,
    waiting: async () => (await store.reader.selectFrom('inbox').select('id').execute()).length,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

const POSTS = [
  post([event(9_000, { id: 'a' }), event(9_001), event(9_002, { id: 'a' })]),
  post([event(9_003, { id: 'b' }), event(9_004), event(9_005)], undefined, [measurement(9_000, 0.4)]),
  post([event(9_000, { id: 'a' })], BANK),
];

test('what a follower took in becomes what the leader would have made of it, once', async () => {
  await using both = await openBoth();
  await using alone = await openBoth();
  expect(await both.inbox.append(POSTS)).toEqual([new Set([0, 1]), new Set([0, 1, 2]), new Set([0])]);
  expect((await both.ledger.snapshot()).targets).toEqual([]);

  await both.take();
  expect(await both.take()).toBeNull();
  await alone.ledger.ingest(POSTS, RULED.sink, NOW, RULED.blameWithinMs);
  expect(await both.ledger.snapshot()).toEqual(await alone.ledger.snapshot());
  expect(await both.waiting()).toBe(0);

  // The same again: all that has a key is told as known, and counted no more.
  const again = [post([event(9_000, { id: 'a' }), event(9_003, { id: 'b' })])];
  expect(await both.inbox.append(again)).toEqual([new Set()]);
  const before = await both.ledger.snapshot();
  await both.take();
  expect((await both.ledger.snapshot()).targets).toEqual(before.targets);
});

test("people's words are done in the order in which they came, between the posts, and each is answered", async () => {
  await using both = await openBoth();
  const { ledger, inbox, take } = both;
  await ledger.record(batch([failure(100), success(200), failure(300)]));
  const incident = await latest(ledger);
  const deployment = await numberOf(ledger, 100);
  await inbox.append([post([event(9_000)])]);
  const resolved = await inbox.ask({ kind: 'resolve', said: { ...ANN, incident, at: at(900) } });
  const early = await inbox.ask({ kind: 'resolve', said: { ...ANN, incident: incident + 9, at: null } });
  const judged = await inbox.ask({
    kind: 'verdict',
    said: { ...ANN, deployment, verdict: 'not_a_failure' as Verdict },
  });
  const reopened = await inbox.ask({ kind: 'reopen', said: { ...ANN, incident } });
  const refused = await inbox.ask({ kind: 'resolve', said: { ...ANN, incident, at: at(5) } });
  expect(await inbox.answer(resolved)).toBeNull();

  for (let taken = 0; taken < 6; taken += 1) expect(await take()).not.toBeNull();
  expect(await take()).toBeNull();
  const answers = await Promise.all([resolved, early, judged, reopened, refused].map((id) => inbox.answer(id)));
  expect(answers.map((answer) => answer?.kind)).toEqual(['done', 'unknown', 'done', 'done', 'refused']);
  expect(answers[4]).toMatchObject({ field: 'at', why: expect.stringContaining('before the incident began') });
  expect((await ledger.queries.deployment(deployment))?.changeFailure).toBeNull();
  expect((await ledger.queries.incident(incident))?.state).toBe('open');
  expect(both.failures).toEqual([]);
});

test('a row that cannot be taken by a fault of ours is kept, told, and holds up nothing behind it', async () => {
  await using both = await openBoth();
  await both.inbox.append([post([event(9_000)])]);
  await both.store.transact((trx) =>
    trx.insertInto('inbox').values({ kind: 'post', body: '{"events":[{}]}', at: NOW }).execute(),
  );
  await both.inbox.append([post([event(9_001)])]);
  while ((await both.take()) !== null);
  expect(both.failures).toEqual([expect.stringMatching(/^post 2: TypeError/)]);
  expect((await both.ledger.snapshot()).targets).toMatchObject([{ totals: { errors: { warning: 2 } } }]);
  expect(await both.waiting()).toBe(1);
});

test('where no leader takes a word in time it is taken back, and nothing comes of it', async () => {
  await using both = await openBoth();
  const { ledger, inbox, take } = both;
  await ledger.record(batch([failure(100)]));
  const incident = await latest(ledger);
  let now = 0;
  const pass = async (ms: number) => {
    now += ms;
  };
  const clock: Clock = { ...both.clock, monotonic: () => now, sleep: pass };
  const asked = askLeader(inbox, ledger.queries, clock);
  await expect(asked.resolve({ ...ANN, incident, at: null })).rejects.toThrow('no replica leads');
  expect(await take()).toBeNull();
  expect((await ledger.queries.incident(incident))?.state).toBe('open');

  // A leader that comes while it is waited for answers.
  const leading = { ...clock, sleep: async () => void (await take()) };
  const answer = await askLeader(inbox, ledger.queries, leading).resolve({ ...ANN, incident, at: null });
  expect(answer).toMatchObject({ kind: 'done', record: { id: incident, state: 'resolved' } });
});
