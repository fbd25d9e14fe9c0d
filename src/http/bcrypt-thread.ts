import { Worker } from 'node:worker_threads';
import type { Answer, Question } from './bcrypt-worker.ts';

/** Hashes away from the event loop: bcrypt blocks whatever thread it runs in for tens of milliseconds, by design. */
export class BcryptThread {
  #worker: Worker | null = null;
  #asked = 0;
  readonly #waiting = new Map<number, PromiseWithResolvers<boolean>>();

  /** How many passwords wait for their answer. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** Whether `password` is the one of `hash`. Rejects when the thread ends before it has answered. */
  compare(password: string, hash: string): Promise<boolean> {
    this.#worker ??= this.#start();
    const question: Question = { id: ++this.#asked, password, hash };
    const answer = Promise.withResolvers<boolean>();
    this.#waiting.set(question.id, answer);
    this.#worker.postMessage(question);
    return answer.promise;
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL('./bcrypt-worker.ts', import.meta.url));
    worker.on('message', ({ id, right }: Answer) => {
      this.#waiting.get(id)?.resolve(right);
      this.#waiting.delete(id);
    });
    worker.on('error', (error) => this.#end(worker, error));
    worker.on('exit', () => this.#end(worker, new Error('the thread that checks passwords has ended')));
    worker.unref();
    return worker;
  }

  /** The next question starts another one. */
  #end(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
