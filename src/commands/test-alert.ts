import { randomUUID } from 'node:crypto';
import type { Config } from '../config/config.ts';
import type { TestAlertFlags } from '../config/test-alert-flags.ts';
import { StoreFailure, StoreInUse } from '../domain/store-failure.ts';
import type { OutboxRow } from '../domain/transition.ts';
import { openForeignOutbox } from '../ledger/foreign-outbox.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { LedgerPlace } from '../ledger/open-store.ts';
import { openMatrix } from '../notify/matrix.ts';
import { planMessages } from '../notify/plan.ts';
import { startSender } from '../notify/sender.ts';
import { testAlert } from '../notify/test-alert.ts';
import { systemClock } from '../polling/system-clock.ts';
import { complain, configured } from './configured.ts';

/** How long the homeserver may take, in milliseconds: longer than a room that is stopped is left alone. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 20;
const EXIT = { ok: 0, failure: 1, usage: 2 } as const;

type Matrix = NonNullable<Config['notify']['matrix']>;

/**
 * Sends a test alert the way that a real one takes: through the ledger, by the daemon that holds it, or by itself where
 * none does, and prints its event id and the time from its decision to the answer of the homeserver. The exit code.
 */
export async function sendTestAlert(options: TestAlertFlags): Promise<number> {
  const loaded = configured(options.configFile);
  if (!loaded.ok) return loaded.code;
  const { config, place } = loaded;
  const { matrix, maxAgeMs } = config.notify;
  if (matrix === null) return refuse('notify.matrix is not configured: there is nowhere to send to');

  const ref = randomUUID();
  const begin = systemClock.now();
  const plan = planMessages({ maxAgeMs, heartbeatRoom: 'critical' });
  const [row] = plan([], [testAlert(ref, options.severity, options.form, begin)], begin);
  if (row === undefined) return refuse('notify.max_age is 0s: nothing ever becomes a message');
  try {
    const sending = await sendAlone(config, matrix, place);
    try {
      return await follow(place, { ...row, ref }, systemClock.now(), sending === null);
    } finally {
      await sending?.stop();
    }
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error;
    complain(error.message);
    return EXIT.failure;
  }
}

/** Appends the row and waits until it was sent. */
async function follow(
  place: LedgerPlace,
  row: OutboxRow & { readonly ref: string },
  begin: number,
  byDaemon: boolean,
): Promise<number> {
  const outbox = await openForeignOutbox(place);
  try {
    await outbox.append(row, begin);
    while (systemClock.now() - begin < PATIENCE_MS) {
      const { state, eventId, reason, deliveredAt } = await outbox.fate(row.ref);
      if (state === 'parked') {
        complain(`the homeserver does not take it: ${reason}`);
        return EXIT.failure;
      }
      if (state === 'delivered') {
        const who = byDaemon ? 'by the running daemon' : 'without a running daemon';
        process.stdout.write(
          `sent to the ${row.room} room ${who}: event ${eventId} after ${(deliveredAt ?? begin) - begin} ms\n`,
        );
        return EXIT.ok;
      }
      await systemClock.sleep(LOOK_EVERY_MS, new AbortController().signal);
    }
    complain(
      `not sent within ${PATIENCE_MS / 1000} s; it goes on waiting. GET /api/v1/notifications and the log say why`,
    );
    return EXIT.failure;
  } finally {
    await outbox.close();
  }
}

/** Sends what the ledger holds, in order, until it is stopped; null where a daemon holds the ledger and does so. */
async function sendAlone(
  config: Config,
  matrix: Matrix,
  place: LedgerPlace,
): Promise<{ stop(): Promise<void> } | null> {
  const { notify, incidentExpiryMs } = config;
  const stopping = new AbortController();
  try {
    const ledger = await openLedger({
      ...place,
      rules: { expiryMs: incidentExpiryMs },
      plan: () => [],
      clock: systemClock,
      observe: () => {},
    });
    const homeserver = openMatrix({
      baseUrl: matrix.homeserver,
      token: matrix.token,
      caFile: matrix.caFile,
      requestTimeoutMs: matrix.requestTimeoutMs,
      userAgent: 'dora-exporter test-alert',
      clock: systemClock,
    });
    const sender = startSender({
      rooms: matrix.rooms,
      dedupeMs: notify.dedupeMs,
      throttleMs: notify.throttleMs,
      dashboard: notify.dashboardUrl,
      messages: ledger.messages,
      homeserver,
      clock: systemClock,
      observe: () => {},
      log: { info() {}, warn: tell, error: tell },
      stop: stopping.signal,
    });
    return {
      async stop() {
        stopping.abort(new Error('over'));
        await sender.done;
        await homeserver.close();
        await ledger.close();
      },
    };
  } catch (error) {
    if (error instanceof StoreInUse) return null;
    throw error;
  }
}

/** Why it takes so long. */
function tell(fields: object, message: string): void {
  const detail = 'detail' in fields ? `: ${fields.detail}` : '';
  complain(`${message}${detail}`);
}

function refuse(problem: string): number {
  complain(problem);
  return EXIT.usage;
}
