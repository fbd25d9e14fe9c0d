import { describe, expect, it } from 'vitest';
import { BadCursor } from '../../src/ledger/records.ts';
import { bodyOf, CLOSED, FAILED, fakeApp, NOW, OPEN } from './fakes.ts';

const EVERYWHERE = { limit: 100, cursor: null, source: null, app: null, environment: null, team: null };
const SPAN = { since: null, until: null };

describe('lists', () => {
  it('shows targets in snake_case, with times in RFC 3339 UTC', async () => {
    const answer = await fakeApp().app.request('/api/v1/targets');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await bodyOf(answer)).toEqual({
      items: [
        {
          id: 7,
          source: 'ci',
          app: 'shop/web',
          environment: 'production',
          team: 'shop',
          observed_since: '2026-01-28T00:40:00.000Z',
          last_active_at: '2026-01-31T11:59:00.000Z',
          last_success_at: '2026-01-31T11:59:00.000Z',
          failure_at: '2026-01-31T11:54:00.000Z',
          recovery_at: null,
          open: [
            { kind: 'deployment', since: '2026-01-31T11:54:00.000Z' },
            { kind: 'degraded', since: null },
          ],
          deployments: { success: 12, failure: 3 },
          removed_at: null,
        },
      ],
      next: null,
    });
  });

  it('shows what was sent, when and why', async () => {
    const { app, records } = fakeApp();
    const answer = await app.request('/api/v1/notifications?room=critical&state=delivered&limit=7');
    expect((await bodyOf(answer)).items).toEqual([
      {
        id: 5,
        room: 'critical',
        kind: 'message',
        about: null,
        state: 'delivered',
        created_at: '2026-01-31T11:59:00.000Z',
        delivered_at: '2026-01-31T12:00:00.000Z',
        room_id: '!room',
        event_id: '$event',
        parked: null,
        text: '🚨 shop/web: deployment to production FAILED',
        events: [
          {
            id: 'f1',
            source: 'ci',
            severity: 'critical',
            role: 'first',
            decided_at: '2026-01-31T11:59:00.000Z',
            about: 'incident 3',
          },
        ],
      },
    ]);
    expect(records.asked).toEqual([{ limit: 7, cursor: null, room: 'critical', state: 'delivered', ...SPAN }]);
    const bad = await app.request('/api/v1/notifications?state=lost');
    expect(await bodyOf(bad)).toEqual({ detail: 'state: must be one of waiting, delivered, parked' });
  });

  it('shows of every deployment the rule that decided it and the incident it had to do with', async () => {
    const answer = await fakeApp({ externalUrl: 'https://dora.example.org/' }).app.request('/api/v1/deployments');
    expect((await bodyOf(answer)).items).toEqual([
      {
        id: 41,
        url: 'https://dora.example.org/api/v1/deployments/41',
        upstream_id: '901:1769860440',
        source: 'ci',
        app: 'shop/web',
        environment: 'production',
        team: 'shop',
        outcome: 'failure',
        finished_at: '2026-01-31T11:54:00.000Z',
        duration_seconds: 90.5,
        number: 17,
        commit: 'abc123',
        link: 'https://ci.example.org/repos/1/pipeline/17',
        rule: 'the pipeline ended as failure',
        details: { event: 'push', exit_code: 2 },
        recorded_at: '2026-01-31T11:55:00.000Z',
        change_failure: 'deployment',
        change_failure_why: 'it failed',
        verdict: null,
        verdicts: [],
        rework: null,
        delivery: 'nothing',
        changes: [],
        incident: { id: 3, url: 'https://dora.example.org/api/v1/incidents/3', role: 'opened' },
      },
    ]);
  });

  it('shows of every incident the failure that opened it, the run, the recovery and the recovery time', async () => {
    const { app, records } = fakeApp();
    records.openIncidents = [CLOSED];
    const brief = {
      id: 41,
      url: '/api/v1/deployments/41',
      number: 17,
      outcome: 'failure',
      finished_at: '2026-01-31T11:54:00.000Z',
      rule: 'the pipeline ended as failure',
      link: 'https://ci.example.org/repos/1/pipeline/17',
      details: { event: 'push', exit_code: 2 },
    };
    expect(await (await app.request('/api/v1/incidents')).json()).toEqual({
      items: [
        {
          id: 3,
          url: '/api/v1/incidents/3',
          kind: 'deployment',
          source: 'ci',
          app: 'shop/web',
          environment: 'production',
          team: 'shop',
          state: 'closed',
          outcome: 'recovered',
          opened_at: '2026-01-31T11:54:00.000Z',
          beginning_known: true,
          closed_at: '2026-01-31T11:59:00.000Z',
          recovery_seconds: 300,
          resolution: null,
          failures: 2,
          opened_by: brief,
          run: [
            brief,
            {
              ...brief,
              id: 42,
              url: '/api/v1/deployments/42',
              number: 18,
              finished_at: '2026-01-31T11:56:00.000Z',
            },
          ],
          closed_by: {
            ...brief,
            id: 43,
            url: '/api/v1/deployments/43',
            number: 19,
            outcome: 'success',
            finished_at: '2026-01-31T11:59:00.000Z',
          },
          sightings: [],
          attributed_to: null,
        },
      ],
      next: null,
    });
  });

  it('shows of an incident of health what was seen, and the deployment that it is attributed to', async () => {
    const { app, records } = fakeApp();
    const seen = { kind: 'failure', at: NOW, details: { status: 'Degraded' }, attributedTo: FAILED } as const;
    records.openIncidents = [
      { ...OPEN, kind: 'degraded', openedBy: null, run: [], sightings: [seen], attributedTo: FAILED },
    ];
    const [incident] = (await bodyOf(await app.request('/api/v1/incidents'))).items;
    expect(incident).toMatchObject({
      opened_by: null,
      sightings: [
        { kind: 'failure', at: '2026-01-31T12:00:00.000Z', details: { status: 'Degraded' }, attributed_to: { id: 41 } },
      ],
      attributed_to: { id: 41, url: '/api/v1/deployments/41' },
    });
  });

  it('shows an open incident without an outcome, and one of unknown beginning without a time', async () => {
    const { app, records } = fakeApp();
    records.openIncidents = [
      {
        ...CLOSED,
        state: 'open',
        openedAt: null,
        beginningKnown: false,
        closedAt: null,
        recoveryMs: null,
        closedBy: null,
      },
    ];
    const [incident] = (await bodyOf(await app.request('/api/v1/incidents'))).items;
    expect(incident).toMatchObject({
      state: 'open',
      outcome: null,
      opened_at: null,
      beginning_known: false,
      closed_at: null,
      recovery_seconds: null,
      closed_by: null,
    });
  });

  it('shows a deployment without times and incident as unknown, never as 0', async () => {
    const { app, records } = fakeApp();
    const read = records.deployments.bind(records);
    records.deployments = async (query) => {
      const page = await read(query);
      return {
        ...page,
        items: page.items.map((item) => ({ ...item, durationMs: null, incidentId: null, role: null })),
      };
    };
    const [deployment] = (await bodyOf(await app.request('/api/v1/deployments'))).items;
    expect(deployment).toMatchObject({ duration_seconds: null, incident: null });
  });

  it('shows how each collector is doing', async () => {
    const { app, records } = fakeApp();
    records.collectorList = records.collectorList.slice(0, 1);
    expect(await (await app.request('/api/v1/collectors')).json()).toEqual({
      items: [
        {
          source: 'ci',
          type: 'woodpecker',
          up: false,
          last_success_at: '2026-01-31T11:50:00.000Z',
          last_poll_at: '2026-01-31T11:59:59.000Z',
          last_failure: { reason: 'bad_response', detail: 'HTML with status 200', at: '2026-01-31T11:59:59.000Z' },
          targets: 4,
          backfill: { pending: 3, done: 9 },
        },
      ],
      next: null,
    });
  });

  it('shows a collector before its first poll as unknown', async () => {
    const { app, records } = fakeApp();
    records.collectorList = [
      {
        source: 'new',
        type: 'woodpecker',
        up: null,
        lastSuccessAt: null,
        lastPollAt: null,
        lastFailure: null,
        targets: null,
        backfill: null,
      },
    ];
    const [collector] = (await bodyOf(await app.request('/api/v1/collectors'))).items;
    expect(collector).toEqual({
      source: 'new',
      type: 'woodpecker',
      up: null,
      last_success_at: null,
      last_poll_at: null,
      last_failure: null,
      targets: null,
      backfill: null,
    });
  });
});

describe('filters', () => {
  it.each([
    ['/api/v1/targets', EVERYWHERE],
    ['/api/v1/targets?limit=1', { ...EVERYWHERE, limit: 1 }],
    ['/api/v1/targets?limit=500&cursor=abc', { ...EVERYWHERE, limit: 500, cursor: 'abc' }],
    [
      '/api/v1/targets?source=ci&app=shop%2Fweb&environment=production&team=shop',
      { ...EVERYWHERE, source: 'ci', app: 'shop/web', environment: 'production', team: 'shop' },
    ],
    ['/api/v1/targets?team=', { ...EVERYWHERE, team: '' }],
    ['/api/v1/deployments', { ...EVERYWHERE, ...SPAN, outcome: null, upstreamId: null }],
    ['/api/v1/deployments?upstream_id=901-5', { ...EVERYWHERE, ...SPAN, outcome: null, upstreamId: '901-5' }],
    ['/api/v1/deployments?outcome=failure', { ...EVERYWHERE, ...SPAN, outcome: 'failure', upstreamId: null }],
    [
      '/api/v1/deployments?since=2026-01-31T12:00:00Z&until=2026-01-31T14:30:00.250%2B02:00',
      { ...EVERYWHERE, outcome: null, upstreamId: null, since: 1_769_860_800_000, until: 1_769_862_600_250 },
    ],
    ['/api/v1/incidents', { ...EVERYWHERE, ...SPAN, state: null, kind: null }],
    ['/api/v1/incidents?state=open&kind=degraded', { ...EVERYWHERE, ...SPAN, state: 'open', kind: 'degraded' }],
  ])('%s asks the ledger for exactly that', async (path, query) => {
    const { app, records } = fakeApp();
    expect((await app.request(path)).status).toBe(200);
    expect(records.asked).toEqual([query]);
  });

  it('gives one collector by its source', async () => {
    const { items } = await bodyOf(await fakeApp().app.request('/api/v1/collectors?source=cd'));
    expect(items.map((item) => item['source'])).toEqual(['cd']);
  });

  it.each([
    ['/api/v1/targets?limit=0', 'limit: must be a whole number from 1 to 500'],
    ['/api/v1/targets?limit=501', 'limit: must be a whole number from 1 to 500'],
    ['/api/v1/targets?limit=ten', 'limit: must be a whole number from 1 to 500'],
    ['/api/v1/targets?limit=', 'limit: must be a whole number from 1 to 500'],
    ['/api/v1/targets?limit=1&limit=2', 'limit: must be given once'],
    ['/api/v1/targets?cursor=', 'cursor: must not be empty'],
    [`/api/v1/targets?app=${'x'.repeat(501)}`, 'app: must be at most 500 characters'],
    ['/api/v1/targets?outcome=failure', 'outcome: there is no such parameter'],
    ['/api/v1/targets?__proto__=1', '__proto__: there is no such parameter'],
    ['/api/v1/deployments?outcome=killed', 'outcome: must be one of success, failure'],
    ['/api/v1/deployments?since=yesterday', 'since: must be an RFC 3339 time'],
    ['/api/v1/deployments?since=2026-01-31T12:00:00', 'since: must be an RFC 3339 time'],
    ['/api/v1/deployments?since=2026-02-30T12:00:00Z', 'since: must be an RFC 3339 time'],
    ['/api/v1/deployments?since=2026-02-02T00:00:00Z&until=2026-02-01T00:00:00Z', 'until: must be later than since'],
    ['/api/v1/incidents?state=broken', 'state: must be one of open, closed'],
    ['/api/v1/incidents?kind=flood', 'kind: must be one of deployment, degraded, errors'],
    ['/api/v1/collectors?limit=5', 'limit: there is no such parameter'],
    ['/api/v1/incidents/3?verbose=1', 'verbose: there is no such parameter'],
  ])('%s is refused and the parameter is named', async (path, detail) => {
    const { app, records } = fakeApp();
    const answer = await app.request(path);
    expect(answer.status).toBe(400);
    expect((await bodyOf(answer)).detail).toContain(detail);
    expect(records.asked).toEqual([]);
  });
});

describe('paging', () => {
  it('says where the next page is, with the same filters', async () => {
    const { app, records } = fakeApp({ externalUrl: 'https://dora.example.org/x/' });
    records.next = 'a b>c';
    const answer = await app.request('/api/v1/deployments?outcome=failure&cursor=old&limit=2');
    expect((await bodyOf(answer)).next).toBe('a b>c');
    expect(answer.headers.get('link')).toBe(
      '<https://dora.example.org/x/api/v1/deployments?outcome=failure&cursor=a+b%3Ec&limit=2>; rel="next"',
    );
  });

  it('gives the next page as a path where no external URL is configured', async () => {
    const { app, records } = fakeApp();
    records.next = 'n';
    expect((await app.request('/api/v1/targets')).headers.get('link')).toBe('</api/v1/targets?cursor=n>; rel="next"');
  });

  it('has no link on the last page', async () => {
    expect((await fakeApp().app.request('/api/v1/targets')).headers.get('link')).toBeNull();
  });

  it('refuses a cursor that the ledger did not give', async () => {
    const { app, records, log } = fakeApp();
    records.failure = new BadCursor();
    const answer = await app.request('/api/v1/incidents?cursor=forged');
    expect(answer.status).toBe(400);
    expect((await bodyOf(answer)).detail).toMatch(/^cursor: /);
    expect(log.lines).toEqual([]);
  });
});

describe('single records', () => {
  it('are the items of the lists', async () => {
    const { app } = fakeApp();
    const [deployment] = (await bodyOf(await app.request('/api/v1/deployments'))).items;
    expect(await (await app.request(String(deployment?.['url']))).json()).toEqual(deployment);
    const incident = await (await app.request('/api/v1/incidents/3')).json();
    expect(incident).toMatchObject({ id: 3, outcome: 'recovered', recovery_seconds: 300 });
  });

  it.each(['/api/v1/deployments/404', '/api/v1/incidents/404', '/api/v1/incidents/99999999999999999999'])(
    '%s is 404',
    async (path) => {
      const answer = await fakeApp().app.request(path);
      expect(answer.status).toBe(404);
      expect((await bodyOf(answer)).detail).toMatch(/^no (deployment|incident) has this number$/);
    },
  );

  it('does not ask the ledger for a number that cannot be one', async () => {
    const { app, records } = fakeApp();
    await app.request('/api/v1/incidents/99999999999999999999');
    expect(records.asked).toEqual([]);
  });
});

describe('B12 a ledger that fails', () => {
  it.each([
    '/api/v1/targets',
    '/api/v1/deployments',
    '/api/v1/incidents',
    '/api/v1/collectors',
    '/api/v1/deployments/41',
    '/api/v1/incidents/3',
  ])('%s answers 503, tells no half of it and keeps the reason in the log', async (path) => {
    const { app, records, log } = fakeApp();
    records.failure = new Error('database is locked at /srv/dora.db');
    const answer = await app.request(path);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await answer.text()).toBe('{"detail":"the ledger does not answer"}');
    expect(log.lines.join()).toContain('database is locked');
  });
});
