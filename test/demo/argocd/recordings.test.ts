import { describe, expect, test } from 'vitest';
import { startArgocd } from '../../../src/demo/argocd/start.ts';
import { headersOf, REPO_URL, setUp } from './recorded-state.ts';
import { type Recording, recordings } from './recording.ts';

const NOW = Date.UTC(2026, 10, 22, 1, 30, 0);

// Not simulated: logging in, and what the program never asks for.
const NOT_SIMULATED = /^\/api\/v1\/(settings|projects|clusters|session|account\/dora|applications\/shop\/sync)/;
// An open stream has its own tests.
const STREAMS = { first: 97, last: 106 };

function isSimulated({ number, method, path }: Recording): boolean {
  if (number >= STREAMS.first && number <= STREAMS.last) return false;
  return number === 73 || !NOT_SIMULATED.test(path) || (method === 'GET' && path.includes('userinfo'));
}

const compared = recordings().filter(isSimulated);

describe('the simulated server answers as the recorded 3.5.1', () => {
  test.each(compared.map((recording) => [recording.name, recording] as const))('%s', async (_, recording) => {
    const basePath = recording.number === 92 || recording.number === 93 ? '/argo-cd' : '';
    await using server = await startArgocd({ version: '3.5.1', now: () => NOW, basePath });
    setUp(server.state, recording);
    // Only the bodies tell the repository's address as it was put into the recordings.
    const path = recording.path.replace(/repo=[^&]+/, `repo=${encodeURIComponent(REPO_URL)}`);
    const response = await fetch(new URL(path, server.url), {
      method: recording.method,
      headers: { 'accept-encoding': 'identity', ...headersOf(recording) },
      redirect: 'manual',
      ...(recording.method === 'POST' ? { body: '{}' } : {}),
    });
    const text = await response.text();

    expect(response.status).toBe(recording.status);
    expect(headersThatMatter(response.headers)).toEqual(headersThatMatter(new Headers(recording.headers)));
    expect(response.headers.get('date')).toBe(new Date(NOW).toUTCString());
    const isJson = recording.headers['Content-Type'] === 'application/json';
    const body = isJson ? JSON.parse(text) : text;
    // How many bytes a message has, and which tools were installed, cannot be the same.
    if (recording.number === 22) expect(withoutDigits(body)).toEqual(withoutDigits(recording.body));
    else if (recording.number === 62) expect(Object.keys(body)).toEqual(Object.keys(recording.body as object));
    else expect(body).toEqual(recording.body);
    // Members stand in the order of the real ones, so that nobody who reads with care trips over ours.
    if (isJson) expect(Object.keys(body)).toEqual(Object.keys(recording.body as object));
  });
});

test('the recordings that are compared are nearly all of them', () => {
  expect(compared.length).toBeGreaterThanOrEqual(80);
});

/** All of them, without what belongs to the connection and to how a body of that length is sent. */
function headersThatMatter(headers: Headers): Record<string, string> {
  const own = ['connection', 'keep-alive', 'date', 'content-length', 'transfer-encoding'];
  return Object.fromEntries([...headers].filter(([name]) => !own.includes(name)));
}

function withoutDigits(value: unknown): string {
  return JSON.stringify(value).replace(/\d+/g, '#');
}
