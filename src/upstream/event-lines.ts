/**
 * Cuts a stream of server-sent events into the data of each (WHATWG HTML §9.2.6): lines of `data` up to a blank one.
 * Comments, and fields that nobody here asks for, are left out.
 */
export class EventLines {
  readonly #decoder = new TextDecoder();
  readonly #maxLength: number;
  #rest = '';
  #data: string[] = [];
  #length = 0;

  /** `maxLength`: of one event, in characters. */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** The events that this chunk completes; null when one proves longer than it may be. */
  take(chunk: Uint8Array): readonly string[] | null {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    const events: string[] = [];
    for (const raw of lines) {
      const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
      if (line !== '') this.#add(line);
      else if (this.#data.length > 0) events.push(this.#completed());
      if (this.#length > this.#maxLength) return null;
    }
    return this.#length + this.#rest.length > this.#maxLength ? null : events;
  }

  #add(line: string): void {
    const [, data] = /^data(?:: ?(.*))?$/s.exec(line) ?? [];
    if (data === undefined) return;
    this.#data.push(data);
    this.#length += data.length;
  }

  #completed(): string {
    const text = this.#data.join('\n');
    this.#data = [];
    this.#length = 0;
    return text;
  }
}
