import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { flushed } from '../../src/main/flushed.ts';

it('what a slow reader has not taken yet is waited for', async () => {
  const taken: string[] = [];
  const slow = new Writable({
    highWaterMark: 1,
    decodeStrings: false,
    write: (part, _encoding, done) => {
      setImmediate(() => {
        taken.push(String(part));
        done();
      });
    },
  });
  for (const part of ['one', 'two', '# EOF\n']) slow.write(part);
  await flushed(slow);
  expect(taken.join('')).toBe('onetwo# EOF\n');
});

it('a reader that goes away is not waited for, and is no error', async () => {
  const gone = new Writable({
    highWaterMark: 1,
    write: (_part, _encoding, done) => setImmediate(() => done(new Error('EPIPE'))),
  });
  gone.on('error', () => {});
  gone.write('one');
  gone.write('two');
  await flushed(gone);
  expect(gone.errored?.message).toBe('EPIPE');
  await flushed(gone);
});
