import { backOffMs } from '../../domain/back-off.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Failure, StreamingUpstream, Trouble } from '../../upstream/upstream.ts';
import { untilAborted } from '../gate.ts';
import type { Log } from '../inbox.ts';
import { placeOf } from './application.ts';
import { type StreamEvent, streamEvent } from './schema.ts';
import type { ArgocdSettings } from './settings.ts';
import { streamPath } from './stream-path.ts';

/** The server writes something every 15 s (facts §1.2): four times nothing is a connection that is gone. */
const SILENCE_MS = 60_000;
/** A stream that was cut is opened anew after this long, in milliseconds; one that never began, ever later. */
const AGAIN_MS = 1_000;

export interface WatchOptions {
  readonly settings: Pick<ArgocdSettings, 'name' | 'projects' | 'selector' | 'appNamespaces'>;
  readonly upstream: Pick<StreamingUpstream, 'follow'>;
  readonly clock: Clock;
  readonly log: Log;
  /** How long nothing may come, in milliseconds. */
  readonly silenceMs?: number;
}

/**
 * Follows the server's stream of applications to know sooner that a poll is worth its while. Nothing that it tells is
 * recorded: it loses events in silence, and may be deaf (facts §1.2).
 */
export class Watch {
  readonly #options: WatchOptions;
  /** What each application last looked like, by place, so that a snapshot of what is known is no news. */
  readonly #seen = new Map<string, string>();
  #news = Promise.withResolvers<void>();
  /** Why there is no stream, as was last told; null while there is one. */
  #told: Failure['reason'] | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Keeps a stream open until `stop` is aborted. Whatever becomes of it is a line in the log. */
  async run(stop: AbortSignal): Promise<void> {
    const { clock, log, settings } = this.#options;
    const source = settings.name;
    let failures = 0;
    try {
      for (;;) {
        let begun = false;
        const failure = await this.#follow(stop, () => {
          failures = 0;
          begun = true;
          if (this.#told !== null) log.info({ source }, 'the stream is open again');
          this.#told = null;
        });
        failures += 1;
        this.#tell(failure, failures === 1 && begun);
        await clock.sleep(backOffMs(AGAIN_MS, failures, failure.retryAfterMs), stop);
      }
    } catch (error) {
      if (!stop.aborted) log.error({ source, err: error }, 'the stream failed by a bug: news come by polling alone');
    }
  }

  /** Waits until something has changed since this was last answered, or `signal` is aborted. */
  async news(signal: AbortSignal): Promise<void> {
    await untilAborted(this.#news.promise, signal);
    if (!signal.aborted) this.#news = Promise.withResolvers();
  }

  async #follow(stop: AbortSignal, begun: () => void): Promise<Failure> {
    const { upstream, settings, silenceMs = SILENCE_MS } = this.#options;
    let first = true;
    return await upstream.follow(
      streamPath(settings),
      streamEvent,
      (event) => {
        const trouble = this.#take(event);
        if (first && trouble === null) begun();
        first = false;
        return trouble;
      },
      { stop, silenceMs },
    );
  }

  #take({ result, error }: StreamEvent): Trouble | null {
    if (result === null) {
      const code = error === null ? '' : `, gRPC code ${error}`;
      return { reason: 'server_error', detail: `an error in the stream${code}` };
    }
    const { application, type } = result;
    const { appNamespaces } = this.#options.settings;
    if (appNamespaces.length > 0 && !appNamespaces.includes(application.namespace)) return null;
    const place = placeOf(application);
    const look = type === 'DELETED' ? '' : JSON.stringify(application);
    if ((this.#seen.get(place) ?? '') === look) return null;
    if (look === '') this.#seen.delete(place);
    else this.#seen.set(place, look);
    this.#news.resolve();
    return null;
  }

  /** `cut`: there was a stream until now, as proxies and restarts of the server often end one. */
  #tell({ reason, detail }: Failure, cut: boolean): void {
    const { log, settings } = this.#options;
    const fields = { source: settings.name, reason, detail };
    if (cut) log.info(fields, 'the stream was cut, and is opened anew');
    else if (reason === this.#told) log.debug(fields, 'still no stream');
    else log.warn(fields, 'no stream: news come by polling alone until there is one');
    this.#told = cut ? null : reason;
  }
}
