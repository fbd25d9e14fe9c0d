import { describe, expect, it } from 'vitest';
import { bodyOf, fakeApp } from './fakes.ts';

const SECRET = 'correct-horse-battery-staple';

function admin(name: string, token: string) {
  return { name, token: { read: () => token } };
}

function post(authorization?: string) {
  return { method: 'POST', headers: authorization === undefined ? {} : { authorization } };
}

describe('POST /-/reload', () => {
  it.each([`Bearer ${SECRET}`, `bearer ${SECRET}`, `Bearer  ${SECRET} `])('%s reloads', async (authorization) => {
    const { app, life } = fakeApp({ adminTokens: [admin('ann', SECRET)] });
    const answer = await app.request('/-/reload', post(authorization));
    expect(answer.status).toBe(200);
    expect(await bodyOf(answer)).toEqual({ reloaded: true });
    expect(life.reloads).toBe(1);
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer x',
    `Bearer ${SECRET}x`,
    `Bearer ${SECRET.slice(0, -1)}`,
    `Bearer ${SECRET.toUpperCase()}`,
    `Bearer ${SECRET} ${SECRET}`,
    `Basic ${SECRET}`,
    SECRET,
    `Bearer ${'x'.repeat(10_000)}`,
  ])('%s is refused, whatever its length', async (authorization) => {
    const { app, life } = fakeApp({ adminTokens: [admin('ann', SECRET)] });
    const answer = await app.request('/-/reload', post(authorization));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="dora-exporter"');
    expect((await bodyOf(answer)).detail).toContain('admin token');
    expect(life.reloads).toBe(0);
  });

  it('is off without admin tokens, also for whoever sends one', async () => {
    const { app, life } = fakeApp();
    const answer = await app.request('/-/reload', post(`Bearer ${SECRET}`));
    expect(answer.status).toBe(403);
    expect((await bodyOf(answer)).detail).toBe('reloading over HTTP is off: no web.admin_tokens');
    expect(life.reloads).toBe(0);
  });

  it('says what is wrong with a bad file', async () => {
    const { app, life } = fakeApp({ adminTokens: [admin('ann', SECRET)] });
    life.result = { ok: false, problems: ['sources.0.url: must be an URL'] };
    const answer = await app.request('/-/reload', post(`Bearer ${SECRET}`));
    expect(answer.status).toBe(422);
    expect(await bodyOf(answer)).toEqual({
      detail: 'the file is bad; the configuration is as it was',
      problems: ['sources.0.url: must be an URL'],
    });
  });

  it('logs whose token it was', async () => {
    const { app, log } = fakeApp({ adminTokens: [admin('ann', 'other'), admin('bob', SECRET)] });
    await app.request('/-/reload', post(`Bearer ${SECRET}`));
    expect(log.lines).toEqual(['info configuration reloaded over HTTP {"by":"bob"}']);
  });

  it('takes a token as its file has it now', async () => {
    let current = 'old';
    const { app } = fakeApp({ adminTokens: [{ name: 'ann', token: { read: () => current } }] });
    current = 'new';
    expect((await app.request('/-/reload', post('Bearer new'))).status).toBe(200);
    expect((await app.request('/-/reload', post('Bearer old'))).status).toBe(401);
  });

  it('lets nobody in by an empty token file', async () => {
    const { app } = fakeApp({ adminTokens: [admin('ann', '')] });
    expect((await app.request('/-/reload', post())).status).toBe(401);
    expect((await app.request('/-/reload', post('Bearer '))).status).toBe(401);
  });

  it('goes on with the other tokens when one cannot be read', async () => {
    const broken = {
      name: 'ann',
      token: {
        read: (): string => {
          throw new Error('ENOENT: no such file');
        },
      },
    };
    const { app, log } = fakeApp({ adminTokens: [broken, admin('bob', SECRET)] });
    expect((await app.request('/-/reload', post('Bearer x'))).status).toBe(401);
    expect((await app.request('/-/reload', post(`Bearer ${SECRET}`))).status).toBe(200);
    expect(log.lines[0]).toContain('a token cannot be read');
  });

  it('B37 shows no token in any answer or log line', async () => {
    const { app, life, log } = fakeApp({ adminTokens: [admin('ann', SECRET)] });
    const wrong = 'nearly-the-right-token';
    const answers = [
      await app.request('/-/reload', post(`Bearer ${wrong}`)),
      await app.request('/-/reload', post(`Bearer ${SECRET}`)),
    ];
    life.result = { ok: false, problems: ['x'] };
    answers.push(await app.request('/-/reload', post(`Bearer ${SECRET}`)));
    life.reload = async () => {
      throw new Error('out of luck');
    };
    answers.push(await app.request('/-/reload', post(`Bearer ${SECRET}`)));
    expect(answers.map((answer) => answer.status)).toEqual([401, 200, 422, 500]);
    const seen = [
      ...log.lines,
      ...(await Promise.all(answers.map((answer) => answer.text()))),
      JSON.stringify(answers.map((a) => [...a.headers])),
    ].join('\n');
    expect(seen).not.toContain(SECRET);
    expect(seen).not.toContain(wrong);
    expect(seen).toContain('out of luck');
  });
});
