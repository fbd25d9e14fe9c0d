import { describe, expect, it } from 'vitest';
import { lookAtErrors } from '../../../src/commands/doctor/look-at-errors.ts';
import { type SimulatedErrorSink, startErrorSink } from '../../../src/demo/error-sink/start.ts';
import { addErrors } from '../../../src/demo/error-sink/state.ts';
import { errorsSettings } from '../../../src/sources/errors/settings.ts';
import { holding } from '../../support/files.ts';
import { startLoopback } from '../../support/loopback.ts';
import { CAUSES, firstLine, parts, TEN_MINUTES_MS, troublesOnTheWay } from './support.ts';

const KEY = 'a-key-of-the-sink';
const WORKSPACE = '3f2b8c1e-0000-4000-8000-000000000001';

async function serve(aheadMs = 0): Promise<SimulatedErrorSink> {
  const sink = await startErrorSink(() => Date.now() + aheadMs);
  sink.state.apiKeys.set(KEY, WORKSPACE);
  addErrors(sink.state, WORKSPACE, 'memory', 3, Date.now() + aheadMs - 1000);
  return sink;
}

/** What doctor says first of a sink at this address. */
async function first(url: string, key = KEY): Promise<string> {
  const settings = errorsSettings(holding(key)).parse({ type: 'errors', url, api_key_file: 'key' });
  return firstLine((await lookAtErrors(settings, parts)).findings);
}

describe('doctor names the cause at a foreign error sink in its first line', () => {
  it('none, where all is well', async () => {
    await using sink = await serve();
    expect(await first(sink.url)).toMatch(/^ok /);
  });

  it('a wrong key', async () => {
    await using sink = await serve();
    expect(await first(sink.url, 'another')).toMatch(CAUSES.wrongToken);
  });

  it('a key without permission', async () => {
    await using sink = await serve();
    sink.state.isForAdminsOnly = true;
    expect(await first(sink.url)).toMatch(
      /^problem .*403.*administrators.* -> give the user of the token the permission/,
    );
  });

  troublesOnTheWay((url) => first(url));

  it.each([TEN_MINUTES_MS, -TEN_MINUTES_MS])('a clock that is %i ms off', async (aheadMs) => {
    await using sink = await serve(aheadMs);
    expect(await first(sink.url)).toMatch(CAUSES.clock);
  });

  it('a clock that is off by its own word alone, as its incidents get that time', async () => {
    const generated = new Date(Date.now() - TEN_MINUTES_MS).toISOString().replace('Z', '000');
    await using sink = await startLoopback((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ window: '1h', total: 0, by_subsystem: [], generated_at: generated }));
    });
    expect(await first(sink.url)).toMatch(CAUSES.clock);
  });
});
