import { connect, type Socket } from 'node:net';
import { startRawLoopback } from '../../support/loopback.ts';

/** A way to a server on loopback that can be cut: nothing is heard of the other side then, not even its end. */
export interface CutProxy extends AsyncDisposable {
  readonly port: number;
  cut(): void;
  /** Connections of before are gone; new ones go through. */
  heal(): void;
}

export async function startCutProxy(port: number): Promise<CutProxy> {
  const open = new Set<Socket>();
  let through = true;
  const proxy = await startRawLoopback((socket) => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    if (!through) return;
    const there = connect(port, '127.0.0.1').on('error', () => socket.destroy());
    there.on('close', () => socket.destroy());
    socket.on('close', () => there.destroy());
    socket.on('data', (data) => through && there.write(data));
    there.on('data', (data) => through && socket.write(data));
  });
  return {
    port: proxy.port,
    cut() {
      through = false;
    },
    heal() {
      through = true;
      for (const socket of open) socket.destroy();
    },
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}
