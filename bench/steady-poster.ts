import { connect, type Socket } from 'node:net';

/** What to post, where, and how often. */
export interface Steady {
  readonly port: number;
  readonly token: string;
  readonly path: string;
  readonly bodies: readonly string[];
  readonly perSecond: number;
  readonly connections: number;
}

/** One connection, and when the post that it waits for was due; null: it is free. */
interface Line {
  readonly socket: Socket;
  due: number | null;
}

const ACCEPTED = Buffer.from('HTTP/1.1 202 ');
const END_OF_HEAD = '\r\n\r\n';

/*
 * A process of its own that posts at an even rate, whether or not earlier posts were answered, and tells how long each
 * took from when it was due, in milliseconds. All that it sends is made beforehand, and answers are looked at only as
 * far as it takes to know their end: it shares its machine with the program that it measures.
 */
process.on('message', (steady: Steady) => {
  post(steady).then(
    // Not before all of it is on its way.
    (latencies) => process.send?.(latencies, () => process.disconnect?.()),
    (error) => {
      throw error;
    },
  );
});

async function post({ port, token, path, bodies, perSecond, connections }: Steady): Promise<readonly number[]> {
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n`;
  const requests = bodies.map((body) =>
    Buffer.from(`${head}content-length: ${Buffer.byteLength(body)}${END_OF_HEAD}${body}`),
  );
  const lines = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const free = [...lines];
  const latencies: number[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let sent = 0;
  const start = performance.now();
  const dueOf = (place: number) => start + (place * 1000) / perSecond;

  const sendDue = () => {
    const now = performance.now();
    while (sent < requests.length && free.length > 0 && dueOf(sent) <= now) {
      const line = free.pop() as Line;
      line.due = dueOf(sent);
      line.socket.write(requests[sent] as Buffer);
      sent += 1;
    }
  };
  for (const line of lines) {
    line.socket.on('error', reject);
    line.socket.on('close', () => reject(new Error('the program closed a connection')));
    onAnswers(line.socket, (ok, answer) => {
      if (!ok) return reject(new Error(answer));
      latencies.push(performance.now() - (line.due ?? Number.NaN));
      line.due = null;
      free.push(line);
      sendDue();
      if (latencies.length === requests.length) resolve();
    });
  }
  const timer = setInterval(sendDue, 1);
  try {
    await promise;
  } finally {
    clearInterval(timer);
    for (const { socket } of lines) socket.removeAllListeners('close').destroy();
  }
  return latencies;
}

function open(port: number): Promise<Line> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('connect', () => resolve({ socket, due: null }));
    socket.once('error', reject);
  });
}

/** Hears of each whole answer: whether it is the one that is hoped for, and its text. */
function onAnswers(socket: Socket, heard: (ok: boolean, answer: string) => void): void {
  let answer: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    answer = answer.length === 0 ? chunk : Buffer.concat([answer, chunk]);
    const end = answer.indexOf(END_OF_HEAD);
    if (end < 0) return;
    const length = Number(/^content-length: (\d+)/im.exec(answer.toString('latin1', 0, end))?.[1] ?? 0);
    if (answer.length < end + END_OF_HEAD.length + length) return;
    const whole = answer;
    answer = Buffer.alloc(0);
    heard(whole.subarray(0, ACCEPTED.length).equals(ACCEPTED), whole.toString('latin1'));
  });
}
