import type { Application } from '../argocd/model.ts';
import type { ArgocdState } from '../argocd/state.ts';

/** What happens to one application at one moment, in unix seconds. */
export interface Act {
  readonly at: number;
  readonly perform: (state: ArgocdState, app: Application, atMs: number) => void;
}

/** Acts in the order of their time, written down one after the other. */
export class Script {
  readonly acts: Act[] = [];
  #at: number;

  constructor(at: number) {
    this.#at = at;
  }

  /** When the last act happens, in unix seconds. */
  get end(): number {
    return this.#at;
  }

  /** Adds an act, `seconds` after the last one. */
  after(seconds: number, perform: Act['perform']): this {
    this.#at += seconds;
    this.acts.push({ at: this.#at, perform });
    return this;
  }
}
