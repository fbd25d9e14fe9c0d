import { expect, it } from 'vitest';
import { addUser, revokeToken } from '../../src/demo/woodpecker/state.ts';
import type { Program } from '../support/program.ts';
import { goodPoll, type Keys, keysOf, nextPoll, pageWith, Stage, scrape, TOKEN } from './stage.ts';
import { TOLD, tellStory } from './story.ts';

const ADMIN_TOKEN = 'whoever-holds-this-may-reload';
const ADMIN: Keys = {
  web: '{listen_address: "127.0.0.1:0", admin_tokens: [{name: me, token_file: ./admin-token}]}',
};

async function reloadOverHttp(program: Program): Promise<{ status: number; body: unknown }> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const answer = await fetch(`${program.url}/-/reload`, { method: 'POST', headers });
  return { status: answer.status, body: await answer.json() };
}

/** Each way to reload; resolves when it is done. */
const WAYS = {
  SIGHUP: (program: Program) => program.reload(),
  'POST /-/reload': async (program: Program) => {
    expect(await reloadOverHttp(program)).toEqual({ status: 200, body: { reloaded: true } });
  },
};

for (const [way, reload] of Object.entries(WAYS)) {
  it(`${way}: a new source is polled, and one that is removed takes its series along`, async () => {
    await using stage = await Stage.open();
    stage.write('admin-token', ADMIN_TOKEN);
    tellStory(stage, stage.repo('acme/shop'));
    stage.configure(ADMIN, { name: 'stays' }, { name: 'goes' });
    await using program = await stage.start();
    for (const source of ['stays', 'goes']) await goodPoll(program, source);
    const before = await scrape(program);

    stage.configure(ADMIN, { name: 'stays' }, { name: 'comes' });
    await reload(program);
    const after = await goodPoll(program, 'comes');
    expect(after.samples.filter(({ labels }) => labels['source'] === 'goes')).toEqual([]);
    expect(after.targets({ source: 'stays' })).toEqual(before.targets({ source: 'stays' }));
    expect(keysOf(after, 'acme/shop', stage.epoch, { source: 'comes' })).toEqual(TOLD);
    await goodPoll(program, 'stays');
    const later = await nextPoll(stage, program, 'stays');
    expect(later.targets({ source: 'stays' })).toEqual(before.targets({ source: 'stays' }));
  });
}

it('a bad file changes nothing, and both ways to reload say why', async () => {
  await using stage = await Stage.open();
  stage.write('admin-token', ADMIN_TOKEN);
  tellStory(stage, stage.repo('acme/shop'));
  stage.configure(ADMIN, { name: 'stays' });
  await using program = await stage.start();
  const before = await goodPoll(program, 'stays');

  stage.configure(ADMIN, { name: 'other', poll_interval: 'often' });
  const { status, body } = await reloadOverHttp(program);
  expect(status).toBe(422);
  expect((body as { problems: string[] }).problems.join()).toContain('sources[0].poll_interval');
  const told = () => program.log.filter(({ msg }) => msg === 'the configuration was not reloaded');
  const sofar = told().length;
  program.signal('SIGHUP');
  await program.until(() => told().length > sofar, 'the log says why');
  expect(JSON.stringify(told().at(-1)?.['problems'])).toContain('sources[0].poll_interval');

  // What is right, but takes a restart or is not built yet, is no better.
  for (const [keys, path] of [
    [{ birth_hold: '5m' }, 'birth_hold'],
    [{ min_samples: '9' }, 'min_samples'],
  ] as const) {
    stage.configure({ ...ADMIN, ...keys }, { name: 'other' });
    const refused = await reloadOverHttp(program);
    expect(refused.status).toBe(422);
    expect(JSON.stringify(refused.body)).toContain(path);
  }
  const after = await nextPoll(stage, program, 'stays');
  expect(after.targets()).toEqual(before.targets());
  expect(after.value('dora_config_last_reload_success_timestamp_seconds')).toBe(
    before.value('dora_config_last_reload_success_timestamp_seconds'),
  );
});

it('a token that changes in its file is used by the next poll, without a reload', async () => {
  await using stage = await Stage.open();
  await using program = await stage.start();
  await goodPoll(program);
  revokeToken(stage.user);
  await pageWith(
    program,
    (page) => (page.value('dora_collector_poll_failures_total', { reason: 'unauthorized' }) ?? 0) > 0,
    'the old token is refused',
  );
  const renewed = `${TOKEN}-renewed`;
  addUser(stage.woodpecker.state, 'exporter-again', renewed);
  tellStory(stage, stage.repo('acme/shop'));
  stage.write('token', renewed);
  expect(keysOf(await goodPoll(program), 'acme/shop', stage.epoch)).toEqual(TOLD);
});
