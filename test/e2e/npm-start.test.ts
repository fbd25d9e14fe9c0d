import { env } from 'node:process';
import { expect, it } from 'vitest';
import { startProgram } from '../support/program.ts';
import { Stage } from './stage.ts';

it('B16: SIGTERM to `npm start`, as a service manager sends it, ends the daemon in order', async () => {
  await using stage = await Stage.open();
  await using program = await startProgram([`--config.file=${stage.config}`], {
    by: ['npm', 'start', '--'],
    env: { ...env } as Record<string, string>,
  });
  expect(await program.stop()).toEqual({ code: 0, signal: null });
  expect(program.log.at(-1)).toMatchObject({ msg: 'stopped' });
  await expect(fetch(`${program.url}/-/healthy`)).rejects.toThrow();
});
