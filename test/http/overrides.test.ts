import { describe, expect, it } from 'vitest';
import { StoreFailure } from '../../src/domain/store-failure.ts';
import { bodyOf, fakeApp, NOW } from './fakes.ts';

const SECRET = 'correct-horse-battery-staple';
const ANN = { name: 'ann', token: { read: () => SECRET } };
const ROUTES = ['/api/v1/incidents/3/resolve', '/api/v1/incidents/3/reopen', '/api/v1/deployments/41/verdict'] as const;
const [RESOLVE, REOPEN, VERDICT] = ROUTES;

function stage() {
  return fakeApp({ adminTokens: [ANN] });
}

function post(body: string, token: string | null = SECRET) {
  return { method: 'POST', body, headers: token === null ? {} : { authorization: `Bearer ${token}` } };
}

function verdict(body: object) {
  return post(JSON.stringify({ reason: 'flaky', ...body }));
}

describe('what a person says of a record', () => {
  it('is handed on with who, when and why, and answered with the record', async () => {
    const { app, overrides, log } = stage();
    const resolved = await app.request(RESOLVE, post('{"at": "2026-01-31T11:00:00+00:00", "reason": " flaky "}'));
    expect(resolved.status).toBe(200);
    expect(await bodyOf(resolved)).toMatchObject({ id: 3, state: 'closed', resolution: null });
    await app.request(RESOLVE, post(''));
    await app.request(REOPEN, post('{"reason": "no"}'));
    const judged = await app.request(VERDICT, verdict({ verdict: 'not_a_failure' }));
    expect(await bodyOf(judged)).toMatchObject({ id: 41, verdict: null, verdicts: [] });
    await app.request(VERDICT, verdict({ verdict: null }));
    const decided = { by: 'ann', decidedAt: NOW };
    expect(overrides.said).toEqual([
      { ...decided, incident: 3, at: NOW - 3_600_000, reason: 'flaky' },
      { ...decided, incident: 3, at: null, reason: '' },
      { ...decided, incident: 3, reason: 'no' },
      { ...decided, deployment: 41, verdict: 'not_a_failure', reason: 'flaky' },
      { ...decided, deployment: 41, verdict: null, reason: 'flaky' },
    ]);
    expect(log.lines[0]).toBe(`info a person changed a record {"by":"ann","path":"${RESOLVE}"}`);
  });

  it.each(ROUTES)('%s is for admins alone, and off without any', async (route) => {
    const { app, overrides } = stage();
    for (const token of [null, '', 'wrong', `${SECRET}x`]) {
      const answer = await app.request(route, post('{}', token));
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="dora-exporter"');
    }
    const off = fakeApp();
    const answer = await off.app.request(route, post('{}'));
    expect(answer.status).toBe(403);
    expect((await bodyOf(answer)).detail).toBe('changing records over HTTP is off: no web.admin_tokens');
    expect([...overrides.said, ...off.overrides.said]).toEqual([]);
    expect((await app.request(route)).status).toBe(405);
  });

  it.each([
    [RESOLVE, '{"at"', 'the body is not JSON'],
    [RESOLVE, '[]', 'the body must be a JSON object'],
    [RESOLVE, 'null', 'the body must be a JSON object'],
    [RESOLVE, '{"when": 1}', 'when: there is no such field'],
    [RESOLVE, '{"at": "yesterday"}', 'at: must be an RFC 3339 time'],
    [RESOLVE, '{"at": 1769860800}', 'at: '],
    [RESOLVE, '{"reason": 1}', 'reason: must be a text'],
    [RESOLVE, JSON.stringify({ reason: 'x'.repeat(501) }), 'reason: must be at most 500 characters'],
    [REOPEN, '{"at": "2026-01-31T11:00:00Z"}', 'at: there is no such field'],
    [VERDICT, '', 'verdict: is missing'],
    [VERDICT, '{"verdict": "failure"}', 'reason: is missing'],
    [VERDICT, '{"verdict": "failure", "reason": " "}', 'reason: must say why'],
    [VERDICT, '{"verdict": "success", "reason": "x"}', 'verdict: must be one of failure, not_a_failure, or null'],
    [`${RESOLVE}?force=1`, '', 'force: there is no such parameter'],
  ])('%s with %s is refused: %s', async (route, body, detail) => {
    const { app, overrides } = stage();
    const answer = await app.request(route, post(body));
    expect(answer.status).toBe(400);
    expect((await bodyOf(answer)).detail).toContain(detail);
    expect(overrides.said).toEqual([]);
  });

  it('of a record that is not there is 404, and what makes no sense 409', async () => {
    const { app, overrides } = stage();
    const nowhere = '/api/v1/incidents/4/resolve';
    expect((await app.request(nowhere, post(''))).status).toBe(404);
    expect((await app.request('/api/v1/incidents/99999999999999999999/resolve', post(''))).status).toBe(404);
    overrides.refusal = { field: 'at', why: 'must not lie in the future' };
    const answer = await app.request(RESOLVE, post(''));
    expect(answer.status).toBe(409);
    expect(await bodyOf(answer)).toEqual({ detail: 'at: must not lie in the future' });
  });

  it('B12: is 503 while the ledger does not take it, and says that nothing changed', async () => {
    const { app, overrides, log } = stage();
    overrides.failure = new StoreFailure('database is locked');
    const answer = await app.request(RESOLVE, post(''));
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect((await bodyOf(answer)).detail).toBe('the ledger does not take it now: nothing has changed');
    expect(log.lines.join()).toContain('database is locked');
  });

  it('B37: shows no token in any answer or log line', async () => {
    const { app, overrides, log } = stage();
    const texts: string[] = [];
    const ask = async (body: string, token: string) => {
      const answer = await app.request(VERDICT, post(body, token));
      texts.push(await answer.text(), JSON.stringify([...answer.headers]));
    };
    await ask('{"verdict": "failure", "reason": "x"}', SECRET);
    await ask('{"verdict": "failure", "reason": "x"}', 'nearly-the-right-token');
    await ask('{', SECRET);
    overrides.failure = new Error('out of luck');
    await ask('{"verdict": "failure", "reason": "x"}', SECRET);
    const seen = [...texts, ...log.lines].join('\n');
    expect(seen).toContain('out of luck');
    expect(seen).not.toContain(SECRET);
    expect(seen).not.toContain('nearly-the-right-token');
  });
});
