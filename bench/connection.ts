import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection that asks one thing at a time. By hand: Node.js' own client would take as much time as the server does. */
export class Connection {
  readonly #socket: Socket;
  readonly #head: string;

  private constructor(socket: Socket, token: string) {
    this.#socket = socket;
    this.#head = `HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n`;
  }

  static async open(port: number, token: string): Promise<Connection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket, token);
  }

  async post(path: string, body: string): Promise<void> {
    const length = Buffer.byteLength(body);
    await this.#ask(`POST ${path} ${this.#head}content-length: ${length}\r\n\r\n${body}`, 202);
  }

  async get(path: string): Promise<void> {
    await this.#ask(`GET ${path} ${this.#head}\r\n`, 200);
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Resolves with the last byte of the answer. */
  async #ask(request: string, status: number): Promise<void> {
    this.#socket.write(request);
    let answer = '';
    let wanted = Number.POSITIVE_INFINITY;
    while (answer.length < wanted) {
      const [chunk] = (await once(this.#socket, 'data')) as [Buffer];
      answer += chunk.toString('latin1');
      const end = answer.indexOf('\r\n\r\n');
      if (end < 0) continue;
      wanted = end + 4 + Number(/^content-length: (\d+)/im.exec(answer)?.[1] ?? 0);
    }
    if (!answer.startsWith(`HTTP/1.1 ${status} `)) throw new Error(answer.slice(0, 200));
  }
}
