/** A way in which an upstream can fail. */
export type Fault =
  /** Another status: 500, 502, 401, 403, 404, 429 with a `Retry-After` among the headers. */
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** 200 with a web page, as of a proxy that wants a login. */
  | { readonly kind: 'html' }
  /** 200 and a JSON content type, with a body that is none. */
  | { readonly kind: 'invalid_json' }
  /** 200 and the JSON `null`. */
  | { readonly kind: 'null' }
  /** 200 and a JSON content type, with no body. */
  | { readonly kind: 'empty' }
  /** Half of the true answer, then the connection ends, though Content-Length promised all of it. */
  | { readonly kind: 'truncated' }
  /** A body that never ends, as fast as it is read. */
  | { readonly kind: 'endless' }
  /** The connection is reset before any answer. */
  | { readonly kind: 'reset' }
  /** The request has its effect, and then the connection is reset. */
  | { readonly kind: 'lost_answer' }
  /** No answer, ever. */
  | { readonly kind: 'hang' }
  /** The headers and half of the true answer, then nothing, ever. */
  | { readonly kind: 'hang_in_body' }
  /** The true answer, late. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** The true answer under another `Date` header, which need not be a date. */
  | { readonly kind: 'wrong_date'; readonly date: string };

interface Switch {
  readonly fault: Fault;
  readonly path: RegExp;
  /** How many more answers it spoils. */
  left: number;
}

/** The switches of one simulated server: which answers fail, and how. The one that was switched on last goes first. */
export class Faults {
  readonly #switches: Switch[] = [];

  /**
   * Switches a fault on for answers to paths (with the query, without the base path) that match `path`, for `times`
   * answers or until it is switched off by the function that is returned.
   */
  add(fault: Fault, options: { readonly path?: RegExp; readonly times?: number } = {}): () => void {
    const added: Switch = { fault, path: options.path ?? /./, left: options.times ?? Number.POSITIVE_INFINITY };
    this.#switches.unshift(added);
    return () => {
      added.left = 0;
    };
  }

  /** Switches everything off. */
  clear(): void {
    this.#switches.length = 0;
  }

  /** The fault that the next answer to `path` shall have. */
  take(path: string): Fault | null {
    const found = this.#switches.find((candidate) => candidate.left > 0 && candidate.path.test(path));
    if (found === undefined) return null;
    found.left -= 1;
    return found.fault;
  }
}
