import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { batch, failure, success } from '../ledger/support.ts';
import type { TestHomeserver } from '../support/homeserver.ts';
import { startSendProxy } from '../support/send-proxy.ts';
import { hurried, idsIn, type NotifierOptions, NotifierStage, plainMessages, quick, twoRooms } from './stage.ts';
import { posted } from './support.ts';

const SLOW = 120_000;

/**
 * What people see in their rooms, on any homeserver: `homeserver` is asked for one at each test, with the limit on the
 * bot's messages lifted by the test itself.
 */
export function notifierBehaviours(homeserver: () => Promise<TestHomeserver>): void {
  async function opened(
    options: Partial<NotifierOptions> = {},
    /** What stands in front of the homeserver: its address, by the homeserver's. */
    front: (url: string) => Promise<string | undefined> = async () => undefined,
  ) {
    const on = await homeserver();
    await on.liftLimit();
    const rooms = await twoRooms(on);
    const url = await front(on.url);
    const stage = await NotifierStage.open(on, {
      rooms: rooms.names,
      ...options,
      ...(url === undefined ? {} : { url }),
    });
    return { on, stage, ...rooms, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
  }

  describe('what is said, and where', () => {
    test('B25: text and HTML say the same; of a long error 200 characters, escaped', async () => {
      await using place = await opened();
      await place.stage.tell(posted({ at: Date.now(), message: `<script>@room ${'x'.repeat(5000)}` }));
      await place.stage.drained();
      const [message, ...others] = await place.on.messages(place.critical);
      expect(others).toEqual([]);
      const shown = `<script>@room ${'x'.repeat(186)}`;
      expect(message?.content).toMatchObject({ msgtype: 'm.text', 'm.mentions': {} });
      expect(message?.content['body']).toContain(`🚨 memory: TimeoutError in recall (production)\nerror: ${shown}\n`);
      expect(message?.content['formatted_body']).toContain(
        `<code>${shown.replace('<script>', '&lt;script&gt;')}</code>`,
      );
      expect(message?.content['body']).toContain('dashboard: https://grafana.example.org/d/dora?var-app=memory');
    });

    test('B26: critical and warning go to their rooms, one named by alias, one by id', async () => {
      await using place = await opened();
      await place.stage.tell(
        posted({ id: 'c', at: Date.now() }),
        posted({ id: 'w', at: Date.now(), severity: 'warning' }),
        posted({ id: 'i', at: Date.now(), severity: 'info', origin: 'x' }),
      );
      await place.stage.drained();
      expect(idsIn(await place.on.messages(place.critical))).toEqual(['c']);
      expect(idsIn(await place.on.messages(place.warning))).toEqual(['w', 'i']);
    });

    test('a recovery strikes the message of its failure through, and stands as a notice in its thread', async () => {
      await using place = await opened();
      const now = Math.floor(Date.now() / 1000) * 1000;
      const more = (ago: number) => ({ at: now - ago, details: { event: 'push', step: 'test', exit_code: 1 } });
      await place.stage.ledger.record(batch([failure(1, more(300_000))], { now }));
      await place.stage.drained();
      await place.stage.ledger.record(batch([success(2, more(0))], { now }));
      await place.stage.until(async () => (await place.on.messages(place.critical)).length === 3, 'edit and notice');
      const [message, ...others] = await place.on.messages(place.critical);
      const edit = others.find(({ content }) => content['m.new_content'] !== undefined);
      const notice = others.find((one) => one !== edit);
      expect(message?.content['body']).toContain('FAILED in 42s\nstep test exit 1');
      expect(edit?.content['m.relates_to']).toMatchObject({ rel_type: 'm.replace', event_id: message?.event_id });
      expect(edit?.content['m.new_content']).toMatchObject({
        body: expect.stringContaining('✅ recovered after 5m\n~~🚨 shop/web'),
      });
      expect(notice?.content).toMatchObject({
        msgtype: 'm.notice',
        body: expect.stringContaining('recovered after 5m'),
        'm.relates_to': { rel_type: 'm.thread', event_id: message?.event_id },
      });
    });
  });

  describe('noise', () => {
    test('B27: ten alike within a minute are one message that shows ×10', { timeout: SLOW }, async () => {
      await using place = await opened({ dedupeMs: 60_000, throttleMs: 60_000 });
      for (let n = 0; n < 10; n += 1) {
        await place.stage.tell(posted({ id: `${n}`, at: Date.now() }));
        await wait(100);
      }
      const begun = performance.now();
      await place.stage.until(async () => (await place.on.messages(place.critical)).length > 1, 'an edit');
      expect(performance.now() - begun).toBeLessThan(10_000);
      const messages = await place.on.messages(place.critical);
      expect(messages.filter(({ content }) => content['m.relates_to'] === undefined)).toHaveLength(1);
      expect(messages.at(-1)?.content['m.new_content']).toMatchObject({ body: expect.stringContaining(' ×10\n') });
      expect(place.stage.observed.reduce((sum, one) => sum + (one.kind === 'suppressed' ? one.rows : 0), 0)).toBe(9);
    });

    test('B28: of a hundred of one origin what was held is summed, and all are accounted for', {
      timeout: SLOW,
    }, async () => {
      const throttleMs = 3_000;
      await using place = await opened({ dedupeMs: 60_000, throttleMs });
      const ids = await place.stage.tellMany(100, () => ({ origin: 'one' }));
      await place.stage.drained();
      const messages = await place.on.messages(place.critical);
      expect(messages.length).toBeLessThanOrEqual(4);
      expect(idsIn(messages)).toEqual(ids);
      const times = messages.map(({ origin_server_ts: at }) => at);
      for (const [n, at] of times.slice(1).entries()) expect(at - (times[n] ?? 0)).toBeGreaterThan(throttleMs - 500);
    });
  });

  describe('nothing is lost, and nothing is there twice', () => {
    test('B29, B35: a homeserver that is down for ten minutes, a hundred alerts of as many origins: in order, once, whatever stops', {
      timeout: SLOW,
    }, async () => {
      const clock = quick(300);
      await using place = await opened({ clock });
      const ids = await place.stage.tellMany(1);
      await place.stage.drained();
      await place.on.down();
      const until = clock.now() + 600_000;
      for (let alert = 0; alert < 100; alert += 1) {
        // Some are told while nobody sends.
        if (alert === 30 || alert === 60) await place.stage.stop();
        if (alert === 35 || alert === 65) place.stage.start();
        ids.push(...(await place.stage.tellMany(1, () => ({ origin: `origin ${alert}` }))));
        await clock.sleep(6_000, new AbortController().signal);
      }
      expect(clock.now()).toBeGreaterThanOrEqual(until);
      await place.stage.until(
        () => place.stage.count({ kind: 'queue', room: 'critical', pending: 100 }) > 0,
        '100 wait',
      );
      await place.on.up();
      await place.stage.drained();
      expect(idsIn(await plainMessages(place.on, place.critical))).toEqual(ids);
      expect(place.stage.count({ kind: 'delivered', room: 'critical' })).toBe(101);
    });

    test('B29: a proxy that says 503, answers that are lost: each event once, in order', {
      timeout: SLOW,
    }, async () => {
      let asked = 0;
      await using servers = new AsyncDisposableStack();
      await using place = await opened({ clock: hurried }, async (target) => {
        const proxy = await startSendProxy(target, () => {
          asked += 1;
          return asked % 3 === 1 ? 'unavailable' : asked % 3 === 2 ? 'lost' : 'through';
        });
        return servers.use(proxy).url;
      });
      const ids = await place.stage.tellMany(20);
      await place.stage.drained();
      expect(idsIn(await plainMessages(place.on, place.critical))).toEqual(ids);
      expect(asked).toBe(60);
    });

    test('killed between the 200 of the homeserver and our mark, 20 times: each event once', {
      timeout: SLOW,
    }, async () => {
      await using place = await opened();
      await place.stage.stop();
      const ids: string[] = [];
      for (let times = 0; times < 20; times += 1) {
        ids.push(...(await place.stage.tellMany(1)));
        let taken = 0;
        place.stage.start({
          ...place.stage.ledger.messages,
          // As if it had died: the mark is never made.
          delivered: async () => {
            taken += 1;
            throw new Error('killed');
          },
        });
        await place.stage.until(() => taken > 0, 'a message that was taken and not marked');
        await place.stage.stop();
        place.stage.start();
        await place.stage.drained();
        await place.stage.stop();
      }
      expect(idsIn(await plainMessages(place.on, place.critical))).toEqual(ids);
    });

    test('B30: after a restart the next message really appears', async () => {
      await using place = await opened();
      for (let start = 0; start < 3; start += 1) {
        await place.stage.tellMany(1);
        await place.stage.drained();
        await place.stage.stop();
        place.stage.start();
      }
      expect(await plainMessages(place.on, place.critical)).toHaveLength(3);
    });

    test('B32: a poison message is parked, and the next arrives', async () => {
      await using place = await opened({
        homeserver: (real) => ({
          ...real,
          send: (roomId, txnId, content, stop) => {
            const body = String(content);
            const padded = body.includes('POISON') ? body.replace('POISON', 'x'.repeat(70_000)) : body;
            return real.send(roomId, txnId, padded, stop);
          },
        }),
      });
      await place.stage.tell(posted({ id: 'bad', at: Date.now(), message: 'POISON' }));
      const [id] = await place.stage.tellMany(1);
      await place.stage.drained();
      expect(idsIn(await plainMessages(place.on, place.critical))).toEqual([id]);
      expect(place.stage.count({ kind: 'parked', room: 'critical', reason: 'too_large' })).toBe(1);
      const { counts } = await place.stage.ledger.messages.status();
      expect(counts).toContainEqual({ counter: 'parked', room: 'critical', reason: 'too_large', value: 1 });
    });

    test('B32: an error of the server that comes back for one message alone parks it', { timeout: SLOW }, async () => {
      await using place = await opened({
        clock: hurried,
        homeserver: (real) => ({
          ...real,
          send: async (roomId, txnId, content, stop) =>
            String(content).includes('error 0')
              ? { ok: false, trouble: { kind: 'server_error', detail: '500 M_UNKNOWN: Internal server error' } }
              : await real.send(roomId, txnId, content, stop),
        }),
      });
      const ids = await place.stage.tellMany(4);
      await place.stage.drained();
      expect(idsIn(await plainMessages(place.on, place.critical))).toEqual(ids.slice(1));
      expect(place.stage.count({ kind: 'parked', reason: 'server_error' })).toBe(1);
    });

    test('B34: where nothing throttles, p95 is below 3 s, by our own figures and by the times of the events', {
      timeout: SLOW,
    }, async () => {
      await using place = await opened();
      const ids: string[] = [];
      const told: number[] = [];
      for (let times = 0; times < 10; times += 1) {
        const at = Date.now();
        ids.push(...(await place.stage.tellMany(10)));
        told.push(...Array.from({ length: 10 }, () => at));
        await place.stage.drained();
      }
      const events = await plainMessages(place.on, place.critical);
      expect(idsIn(events)).toEqual(ids);
      const ours = place.stage.observed.flatMap((one) => (one.kind === 'delivered' ? [one] : []));
      expect(ours).toHaveLength(100);
      // The event is made after it was decided, and before we hear of it.
      const begun = ours.map(({ at, tookMs }) => at - tookMs);
      for (const [n, { origin_server_ts: made }] of events.entries()) {
        expect(made).toBeGreaterThanOrEqual((begun[n] ?? 0) - 1);
        expect(made).toBeLessThanOrEqual((ours[n]?.at ?? 0) + 1);
      }
      expect(p95(ours.map(({ tookMs }) => tookMs))).toBeLessThan(3000);
      expect(p95(events.map(({ origin_server_ts: made }, n) => made - (told[n] ?? 0)))).toBeLessThan(3000);
    });
  });

  describe('rooms that cannot be written to', () => {
    test('B33: kicked, the messages wait; invited again, the bot joins by itself and sends them', {
      timeout: SLOW,
    }, async () => {
      await using place = await opened({ clock: hurried });
      await place.stage.tellMany(1);
      await place.stage.drained();
      await place.on.kick(place.critical);
      const ids = await place.stage.tellMany(3);
      const blocked = { kind: 'room_blocked', room: 'critical', reason: 'forbidden', blocked: true };
      await place.stage.until(() => place.stage.count(blocked) > 0, 'a blocked room');
      await place.stage.tell(posted({ id: randomUUID(), at: Date.now(), severity: 'warning' }));
      await place.stage.until(
        async () => (await place.on.messages(place.warning)).length === 1,
        'the other room goes on',
      );
      await place.on.invite(place.critical);
      await place.stage.drained();
      expect(idsIn(await plainMessages(place.on, place.critical)).slice(1)).toEqual(ids);
      expect(place.stage.observed.filter((one) => one.kind === 'room_blocked').at(-1)).toMatchObject({
        blocked: false,
      });
    });

    test('a room that asks for more power: blocked, and on when it does not', { timeout: SLOW }, async () => {
      await using place = await opened({ clock: hurried });
      await place.on.requirePower(place.critical, 50);
      const ids = await place.stage.tellMany(2);
      await place.stage.until(() => place.stage.count({ kind: 'room_blocked', blocked: true }) > 0, 'a blocked room');
      await place.on.requirePower(place.critical, 0);
      await place.stage.drained();
      expect(idsIn(await plainMessages(place.on, place.critical))).toEqual(ids);
    });

    test('an upgraded room: the alias leads to the new one, once the bot may join it', { timeout: SLOW }, async () => {
      await using place = await opened({ clock: hurried });
      const [before] = await place.stage.tellMany(1);
      await place.stage.drained();
      const next = await place.on.upgrade(place.critical);
      const ids = await place.stage.tellMany(2);
      await place.stage.until(() => place.stage.count({ kind: 'room_blocked', blocked: true }) > 0, 'a blocked room');
      await place.on.invite(next);
      await place.stage.drained();
      expect(idsIn(await plainMessages(place.on, place.critical))).toEqual([before]);
      expect(idsIn(await plainMessages(place.on, next))).toEqual(ids);
    });

    test('B33: a bad token stops both rooms, and a right one in its file lets them go on', {
      timeout: SLOW,
    }, async () => {
      let token = 'wrong';
      await using place = await opened({ clock: hurried, token: () => token });
      const blocked = (room: string) => ({ kind: 'room_blocked', room, reason: 'unauthorized', blocked: true });
      await place.stage.until(
        () => place.stage.count(blocked('critical')) > 0 && place.stage.count(blocked('warning')) > 0,
        'both rooms blocked',
      );
      const ids = await place.stage.tellMany(2);
      token = place.on.bot.token;
      await place.stage.drained();
      expect(idsIn(await plainMessages(place.on, place.critical))).toEqual(ids);
    });
  });

  test('three triggers, a hundred times: all 300 in the room, none twice, in order', { timeout: SLOW }, async () => {
    await using place = await opened();
    const forms = [
      { form: 'run', nodeId: 'n', durationMs: 5 },
      { form: 'dag', dagName: 'd', runId: 'r', stepName: 's', exitCode: 1 },
      { form: 'anomaly', violations24h: 51, threshold: 50, rules: ['R1'] },
    ] as const;
    const ids = await place.stage.tellMany(300, (n) => ({ form: forms[n % 3] ?? null }));
    await place.stage.drained();
    expect(idsIn(await plainMessages(place.on, place.critical))).toEqual(ids);
  });
}

function p95(figures: readonly number[]): number {
  return figures.toSorted((one, other) => one - other)[Math.ceil(figures.length * 0.95) - 1] ?? Number.NaN;
}
