import { expect, it } from 'vitest';
import { bodyOf, fakeApp, KEYS, NOW } from './fakes.ts';

const EVERYWHERE = { limit: 100, cursor: null, source: null, app: null, environment: null, team: null };
const DAY_MS = 86_400_000;

it('shows each key with its value, its sample size, why it is absent, and its rows', async () => {
  const { app, records } = fakeApp({ externalUrl: 'https://dora.example.org/' });
  const answer = await app.request('/api/v1/keys?app=shop/web&window=7d');
  expect(answer.status).toBe(200);
  expect(records.asked).toEqual([
    { ...EVERYWHERE, app: 'shop/web', after: NOW - 7 * DAY_MS, until: NOW, minSamples: 5 },
  ]);
  const few = '2 deployments whose failures could be seen: fewer than min_samples, 5';
  const success = {
    id: 42,
    url: 'https://dora.example.org/api/v1/deployments/42',
    app: 'shop/web',
    number: 18,
    outcome: 'success',
    finished_at: '2026-01-31T11:59:00.000Z',
    failures_seen: true,
    change_failure: null,
    change_failure_why: null,
    rework: 'deployment',
  };
  const failure = {
    ...success,
    id: 41,
    url: 'https://dora.example.org/api/v1/deployments/41',
    number: 17,
    outcome: 'failure',
    finished_at: '2026-01-31T11:54:00.000Z',
    change_failure: 'deployment',
    change_failure_why: 'it failed',
    rework: null,
  };
  const rows = { rows: [success, failure], rows_left_off: 0 };
  expect((await bodyOf(answer)).items).toEqual([
    {
      source: 'ci',
      app: 'shop/web',
      environment: 'production',
      team: 'shop',
      targets: 1,
      window: '7d',
      from: '2026-01-24T12:00:00.000Z',
      until: '2026-01-31T12:00:00.000Z',
      observed_since: '2025-11-02T12:00:00.000Z',
      complete: true,
      keys: {
        deployment_frequency: { value: 2 / 7, samples: 2, absent: null, unit: 'deployments per day', ...rows },
        lead_time: {
          mean_seconds: null,
          median_seconds: null,
          p90_seconds: null,
          samples: 0,
          absent: 'no change with a known lead time was deployed in the window',
          rows: [],
          rows_left_off: 0,
        },
        change_failure_rate: { value: null, samples: 2, absent: few, change_failures: { deployment: 1 }, ...rows },
        recovery_time: {
          mean_seconds: 300,
          median_seconds: 300,
          p90_seconds: 300,
          samples: 1,
          absent: null,
          rows: [
            {
              app: 'shop/web',
              deployment: { id: 41, url: 'https://dora.example.org/api/v1/deployments/41', number: 17 },
              opened_at: '2026-01-31T11:54:00.000Z',
              closed_at: '2026-01-31T11:59:00.000Z',
              recovery_seconds: 300,
              incidents: [{ id: 5, url: 'https://dora.example.org/api/v1/incidents/5' }],
            },
          ],
          rows_left_off: 0,
        },
        rework_rate: { value: null, samples: 2, absent: few, rework: 1, ...rows },
      },
    },
  ]);
});

it('takes 30 days where no window is given, and shows a hundred rows of each key at most', async () => {
  const { app, records } = fakeApp();
  const deployments = Array.from({ length: 130 }, () => KEYS.deployments[0]).flatMap((row) => row ?? []);
  records.keys = async () => ({ items: [{ ...KEYS, observedSince: NOW, deployments }], next: null });
  const frequency = { rows: expect.objectContaining({ length: 100 }), rows_left_off: 30 };
  expect((await bodyOf(await app.request('/api/v1/keys'))).items).toMatchObject([
    { window: '30d', complete: false, keys: { deployment_frequency: frequency } },
  ]);
});

it.each([
  ['window=month', 'window: must be a duration such as 30d, longer than none'],
  ['window=0d', 'window: must be a duration such as 30d, longer than none'],
  ['windows=7d', 'windows: there is no such parameter'],
  ['app=', 'app: must not be empty'],
])('%s is a mistake that is told', async (query, detail) => {
  const answer = await fakeApp().app.request(`/api/v1/keys?${query}`);
  expect([answer.status, (await bodyOf(answer)).detail]).toEqual([400, detail]);
});
