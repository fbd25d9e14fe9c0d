import type { Config } from '../config/config.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observation, Observe } from '../domain/observation.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import type { Messages } from '../ledger/messages.ts';
import { openMatrix } from '../notify/matrix.ts';
import { type Sender, startSender } from '../notify/sender.ts';
import { Watch } from '../notify/watch.ts';
import { startTicker } from '../polling/ticker.ts';
import type { Log } from './parts.ts';

/** How often it is looked whether a self-test is due, or a collector has been down for long. */
const WATCH_MS = 1_000;

export interface NotifyingParts {
  readonly config: Config;
  readonly messages: Messages;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly log: Log;
}

/** The notifier at work; one without `notify.matrix` does nothing. */
export interface Notifier {
  /** Something was committed that may be a message. */
  wake(): void;
  /** Hears of what the program observes: polls that ended. */
  observe(observation: Observation): void;
  /** Stops; what was under way is sent after the next start. Safe to call twice. */
  stop(): Promise<void>;
}

const SILENT: Notifier = { wake() {}, observe() {}, async stop() {} };

/** Starts to send what the outbox holds, and to watch the collectors of the configuration. */
export function startNotifier({ config, messages, userAgent, clock, observe, log }: NotifyingParts): Notifier {
  const { matrix, dedupeMs, throttleMs, dashboardUrl } = config.notify;
  if (matrix === null) return SILENT;
  const stopping = new AbortController();
  const { homeserver: baseUrl, token, caFile, requestTimeoutMs, rooms, heartbeat } = matrix;
  const homeserver = openMatrix({ baseUrl, token, caFile, requestTimeoutMs, userAgent, clock });
  const common = { messages, clock, observe, log, stop: stopping.signal };
  const sender: Sender = startSender({ ...common, homeserver, rooms, dedupeMs, throttleMs, dashboard: dashboardUrl });
  const watch = new Watch(messages, heartbeat);
  const sources = new Set(config.sources.map(({ name }) => name));
  const watching = startTicker({
    intervalMs: WATCH_MS,
    clock,
    run: () => watch.run(clock.now(), sources),
    onError(error) {
      if (error instanceof StoreFailure) log.warn({ detail: error.message }, 'the ledger did not take a message');
      else log.error({ err: error }, 'watching the collectors failed');
    },
    stop: stopping.signal,
  });
  let stopped: Promise<void> | null = null;
  async function stop(): Promise<void> {
    stopping.abort(new Error('asked to stop'));
    await Promise.all([sender.done, watching]);
    await homeserver.close();
  }
  return {
    wake: () => sender.wake(),
    observe(observation) {
      if (observation.kind === 'poll') watch.observe(observation);
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}
