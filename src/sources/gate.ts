/** Holds up requests while a poll is running: history comes after the live work. */
export class Gate {
  #opened = Promise.withResolvers<void>();
  #open = false;

  open(): void {
    this.#open = true;
    this.#opened.resolve();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#opened = Promise.withResolvers<void>();
  }

  /** Waits until the gate is open; throws `stop.reason` when that is aborted first. */
  async pass(stop: AbortSignal): Promise<void> {
    while (!this.#open) {
      stop.throwIfAborted();
      await untilAborted(this.#opened.promise, stop);
    }
    stop.throwIfAborted();
  }
}

/** Waits for the promise or the signal, whichever is first, and leaves nothing on the signal. */
export async function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const onAbort = () => aborted.resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
