import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection that speaks HTTP by hand: for what no well-behaved client does. */
export class RawClient {
  readonly #socket: Socket;
  received = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.received += text;
    });
    // A connection that the server cuts off is part of the tests.
    socket.on('error', () => {});
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  pause(): void {
    this.#socket.pause();
  }

  hangUp(): void {
    this.#socket.destroy();
  }

  /** Resolves once `text` has come. */
  async until(text: string): Promise<void> {
    while (!this.received.includes(text)) {
      if (this.#socket.closed) throw new Error(`closed after ${JSON.stringify(this.received)}`);
      await Promise.race([once(this.#socket, 'data'), once(this.#socket, 'close')]);
    }
  }

  async closed(): Promise<void> {
    if (!this.#socket.closed) await once(this.#socket, 'close');
  }
}
