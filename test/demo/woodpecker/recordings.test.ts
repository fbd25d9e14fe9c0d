import { describe, expect, test } from 'vitest';
import { fillRepos } from '../../../src/demo/woodpecker/fill.ts';
import { startWoodpecker } from '../../../src/demo/woodpecker/start.ts';
import { setUp } from './recorded-state.ts';
import { type Json, type Recording, recordingsOf, VERSIONS } from './recording.ts';

const NOW = Date.UTC(2026, 10, 22, 1, 0, 0);

// Not simulated: changes by POST, and the queue, which the program never asks for.
function isSimulated(recording: Recording): boolean {
  return recording.method === 'GET' && !recording.path.startsWith('/api/queue');
}

describe.each(VERSIONS)('the simulated server answers as the recorded %s', (version) => {
  const all = recordingsOf(version);

  test.each(all.filter(isSimulated).map((recording) => [recording.name, recording] as const))(
    '%s',
    async (_, recording) => {
      await using server = await startWoodpecker({ version, now: () => NOW });
      setUp(server.state, recording, all);
      if (recording.name.startsWith('220-')) fillRepos(server.state, 1000, 1);
      const response = await fetch(server.url + recording.path, { headers: authorization(recording.user) });
      const text = await response.text();

      expect(response.status).toBe(recording.status);
      expect(headersThatMatter(response.headers)).toEqual(headersThatMatter(new Headers(recording.headers)));
      expect(response.headers.get('date')).toBe(new Date(NOW).toUTCString());
      const isJson = recording.headers['Content-Type']?.startsWith('application/json') ?? false;
      const body: Json = isJson ? JSON.parse(text) : text;
      // Addresses in the recordings were edited, so of users only the shape can be compared.
      if (recording.path === '/api/user' && isJson) expect(shapeOf(body)).toEqual(shapeOf(recording.body));
      else expect(body).toEqual(recording.body);
    },
  );
});

test('the recordings that are compared are nearly all of them', () => {
  for (const version of VERSIONS) expect(recordingsOf(version).filter(isSimulated).length).toBeGreaterThanOrEqual(95);
});

function authorization(user: string | null): Record<string, string> {
  if (user === null) return {};
  return { authorization: `Bearer ${user === 'bad' ? 'not-a-token' : `token-of-${user}`}` };
}

/** All of them, without what belongs to the connection; of times and lengths only that they are there. */
function headersThatMatter(headers: Headers): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (name === 'connection' || name === 'keep-alive') continue;
    result[name] = ['date', 'last-modified', 'content-length'].includes(name) ? 'set' : value;
  }
  return result;
}

function shapeOf(value: Json): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}
