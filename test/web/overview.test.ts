import { describe, expect, it } from 'vitest';
import { COLLECTOR, FAILED, fakeApp, knownTarget, NOW, OPEN } from '../http/fakes.ts';

type Fakes = ReturnType<typeof fakeApp>;

/** The page as a browser gets it. */
async function render(change: (fakes: Fakes) => void = () => {}, path = '/'): Promise<string> {
  const fakes = fakeApp();
  change(fakes);
  const answer = await fakes.app.request(path);
  expect([path, answer.status]).toEqual([path, 200]);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=UTF-8');
  return await answer.text();
}

const words = (page: string) =>
  page
    .replace(/<title>.*?<\/title>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\s\u00a0]+/g, ' ');

describe('the overview', () => {
  it('needs no script, no style of its own and nothing foreign', async () => {
    const page = await render();
    expect(page.match(/<link rel="stylesheet"/g)).toHaveLength(1);
    expect(page).not.toMatch(/<script|<style|style=|onclick|src=|http-equiv/);
  });

  it('leads only to pages that the program has', async () => {
    const { app } = fakeApp();
    const page = await (await app.request('/')).text();
    const own = [...page.matchAll(/href="([^"#]*)[^"]*"/g)]
      .map((match) => (match[1] ?? '').replaceAll('&amp;', '&'))
      .filter((to) => to !== '' && !to.includes('://') && !['metrics', 'api/v1/incidents/3'].includes(to));
    expect(own.length).toBeGreaterThan(10);
    for (const to of own)
      expect([to, (await app.request(new URL(to, 'http://x/').pathname)).status]).toEqual([to, 200]);
  });

  it('shows the five keys, each with its samples, or the reason why there is none', async () => {
    const daysAgo = [1, 2, 3, 4, 5, 6];
    const page = words(
      await render(({ board }) => Object.assign(board, { targetList: [knownTarget({}, { daysAgo })] })),
    );
    expect(page).toContain('Deployment frequency 1.4 a week');
    expect(page).toContain('Lead time for changes 1 h');
    expect(page).toContain('Change failure rate 50 %');
    expect(page).toContain('Time to recover 5 min');
    expect(page).toContain('of 6 deployments');
    const few = words(await render());
    expect(few).toContain('Change failure rate Not known');
    expect(few).toContain('fewer than min_samples, 5');
  });

  it('draws each key as bars with titles: a place without samples is empty, and none is a bar of its own', async () => {
    const page = await render();
    expect(page.match(/<svg class="spark" role="img"/g)).toHaveLength(5);
    expect(page).toContain('<title>Deployment frequency over the last 30d, in 15 parts</title>');
    const [frequency = '', leadTime = ''] = page.split('<svg class="spark"').slice(1);
    expect(frequency.match(/class="(bar|zero)"/g)).toHaveLength(15);
    expect(frequency).not.toContain('class="none"');
    expect(leadTime.match(/class="none"/g)?.length).toBeGreaterThan(10);
  });

  it('takes them over the window that is asked for, and refuses another in words', async () => {
    expect(words(await render(undefined, '/?window=7d'))).toContain('last 7d');
    const answer = await fakeApp().app.request('/?window=8d');
    expect(answer.status).toBe(400);
    expect(words(await answer.text())).toContain('window: must be one of 7d, 30d, 90d');
    expect((await fakeApp().app.request('/?nonsense=1')).status).toBe(400);
  });
});

describe('open incidents', () => {
  it('show where, since when, how many failures, and the way upstream', async () => {
    const page = await render();
    expect(words(page)).toContain('1 of 1 app failing');
    expect(page).toMatch(/href="apps\?app=shop%2Fweb&amp;environment=production&amp;window=30d"><bdi>shop\/web<\/bdi>/);
    expect(page).toContain('title="since 2026-01-31 11:54:00 UTC">6\u00a0min</time>');
    expect(page).toContain('<a href="https://ci.example.org/repos/1/pipeline/17" rel="noreferrer">#17</a>');
    expect(page).toContain('<a href="api/v1/incidents/3">incident 3</a>');
  });

  it('are none in plain words', async () => {
    expect(await render(({ board }) => Object.assign(board, { targetList: [knownTarget()] }))).toContain(
      'No incident is open.',
    );
  });

  it('are bounded, and say how many more there are', async () => {
    const open = [{ kind: 'deployment' as const, since: NOW - 1000 }];
    const targetList = Array.from({ length: 1000 }, (_, id) => knownTarget({ id, app: `app-${id}`, open }));
    const page = await render(({ board }) => Object.assign(board, { targetList }));
    expect(words(page)).toContain('and 988 more');
    expect(words(page)).toContain('and 980 more');
    expect(page.length).toBeLessThan(200_000);
  });

  it('show no time where the beginning is not known', async () => {
    const targetList = [knownTarget({ open: [{ kind: 'degraded', since: null }] })];
    const page = await render(({ board }) => Object.assign(board, { targetList }));
    expect(page).toContain('longer than is known');
    expect(page).not.toContain('1970');
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '//evil.example', ' javascript:alert(1)'])(
    'do not lead to %s',
    async (link) => {
      const page = await render(({ records }) => {
        records.openIncidents = [{ ...OPEN, openedBy: { ...FAILED, link } }];
      });
      expect(page).not.toContain(link);
      expect(page).toContain('>#17</td>');
    },
  );

  it('link the deployment to blame where none opened the incident', async () => {
    const page = await render(({ records }) => {
      records.openIncidents = [{ ...OPEN, kind: 'degraded', openedBy: null, attributedTo: FAILED }];
    });
    expect(page).toContain('<a href="https://ci.example.org/repos/1/pipeline/17" rel="noreferrer">#17</a>');
  });
});

describe('the filter', () => {
  const targetList = [
    knownTarget({ app: 'shop/Web' }),
    knownTarget({ id: 8, app: 'pay/api', team: 'pay', environment: 'staging' }),
  ];
  const shown = async (query: string) => {
    const page = await render(({ board }) => Object.assign(board, { targetList }), `/?${query}`);
    return [...page.matchAll(/<th scope="row" class="name"><a href="apps\?app=([^&]*)/g)].map((match) => match[1]);
  };

  it.each([
    ['q=WEB', 'shop%2FWeb'],
    ['team=pay', 'pay%2Fapi'],
    ['environment=production&q=&team=', 'shop%2FWeb'],
  ])('%s leaves %s', async (query, app) => {
    expect(new Set((await shown(query)).filter((name) => name !== 'shop%2Fweb'))).toEqual(new Set([app]));
  });

  it('that leaves nothing says so, and offers all', async () => {
    const page = await render(({ board }) => Object.assign(board, { targetList }), '/?q=nothing');
    expect(page).toContain('No app matches.');
    expect(page).toContain('>Show all</a>');
    expect(page).toContain('value="nothing"');
  });
});

describe('sources', () => {
  const collectors = (...list: (typeof COLLECTOR)[]) =>
    render(({ board }) => Object.assign(board, { collectorList: list })).then(words);

  it('say in words what is wrong, with the reason and the detail, and how far the history is read', async () => {
    const page = await collectors(COLLECTOR);
    expect(page).toContain('1 source cannot be read');
    expect(page).toContain('last good poll 10 min ago');
    expect(page).toContain('Its answer makes no sense');
    expect(page).toContain('HTML with status 200');
    expect(page).toContain('4 repositories listed');
    expect(page).toContain('reading history: 9 of 12');
  });

  it('are not known before the first poll, never 0 or down', async () => {
    const fresh = { ...COLLECTOR, up: null, lastSuccessAt: null, lastPollAt: null, lastFailure: null, targets: null };
    const page = words(
      await render(({ board }) =>
        Object.assign(board, { collectorList: [{ ...fresh, backfill: null }], targetList: [] }),
      ),
    );
    expect(page).toContain('Not known yet: the first poll has not ended.');
    expect(page).toContain('last good poll never');
    expect(page).not.toMatch(/cannot be read|0 repositories|Nothing is failing|No incident is open/);
  });

  it.each([
    ['woodpecker', 'The token sees no repositories: it needs push or admin permission.'],
    ['argocd', 'The upstream lists nothing that the token may see.'],
  ])('of type %s that see nothing say what to do', async (type, sentence) => {
    expect(await collectors({ ...COLLECTOR, type, up: true, targets: 0 })).toContain(sentence);
    expect(await collectors({ ...COLLECTOR, type, up: false, targets: 0 })).not.toContain(sentence);
  });

  it('are none in plain words', async () => {
    const page = words(await render(({ board }) => Object.assign(board, { collectorList: [], targetList: [] })));
    expect(page).toContain('No source is configured: see sources in the configuration.');
    expect(page).toContain('Not known: no source is configured.');
  });

  it('that are posted to are among them', async () => {
    expect(words(await render(({ board }) => Object.assign(board, { workspaces: ['apps'] })))).toContain(
      'apps takes posts',
    );
  });
});

describe('the notifier', () => {
  const ROOM = {
    ...{ room: 'critical', pending: 0, oldestAt: null, lastDeliveryAt: NOW - 60_000, delivered: 4, parked: 0 },
    blocked: null,
  } as const;
  const rooms = (...list: object[]) =>
    render(({ board }) => Object.assign(board, { notifierRecord: { rooms: list, heartbeatAt: null } })).then(words);

  it('that is off says so', async () => {
    expect(words(await render())).toContain('Off: notify.matrix is not configured.');
  });

  it('says of each room what waits, and what stops it', async () => {
    expect(await rooms(ROOM)).toContain('critical nothing waits last message 60 s ago 4 messages sent');
    const blocked = await rooms({ ...ROOM, pending: 2, oldestAt: NOW - 3_600_000, blocked: 'forbidden' });
    expect(blocked).toContain('Messages are blocked');
    expect(blocked).toContain('the account may not write to the room');
    expect(blocked).toContain('2 messages wait, the oldest for 60 min; none is lost.');
    expect(await rooms({ ...ROOM, pending: 1, oldestAt: NOW - 3_600_000 })).toContain('Messages are late');
  });
});

describe('what is not counted', () => {
  it('is told with its reason in words, the most first', async () => {
    const record = { source: 'ci', gaps: 2, corrections: 0 };
    const ignored = new Map([
      ['branch', 3],
      ['killed_user', 14],
    ] as const);
    const unknownLeadTimes = new Map([['no_forge', 9]]);
    const page = words(
      await render(({ board }) => Object.assign(board, { notCountedList: [{ ...record, ignored, unknownLeadTimes }] })),
    );
    expect(page).toMatch(
      /Stopped by a person no deployment ci killed_user 14 .*No forge .* 9 .*another branch .* 3 .*no longer be read lost ci gap 2/,
    );
  });

  it('names the targets that /metrics leaves out', async () => {
    const targetList = [knownTarget({ isDropped: true })];
    expect(words(await render(({ board }) => Object.assign(board, { targetList })))).toContain(
      '1 target is left out of /metrics',
    );
  });
});

describe('B12 a ledger that does not answer', () => {
  it('leaves a page that says so, and shows what the process knows', async () => {
    const fakes = fakeApp();
    fakes.records.failure = new Error('database is locked');
    const answer = await fakes.app.request('/');
    expect(answer.status).toBe(200);
    const page = words(await answer.text());
    expect(page).toContain('The ledger does not answer');
    expect(page).toContain('1 of 1 app failing');
    expect(page).toContain('Not known at the moment');
    expect(page).not.toContain('database is locked');
    expect(fakes.log.lines.join()).toContain('database is locked');
    const app = await fakes.app.request('/apps?app=shop/web');
    expect(app.status).toBe(200);
    expect(words(await app.text())).toContain('Not known at the moment: the ledger does not answer.');
  });

  it('is told of when it only takes no writes', async () => {
    const page = await render(({ board }) => Object.assign(board, { failure: { detail: 'locked' } }));
    expect(page).toContain('The ledger takes nothing at the moment');
  });
});

describe('B19 what users wrote', () => {
  const EVIL = '"><script>alert(1)</script>&\'';

  it('never becomes markup', async () => {
    const page = await render(({ board, records }) => {
      Object.assign(board, {
        targetList: [
          knownTarget({
            app: EVIL,
            environment: EVIL,
            team: EVIL,
            source: EVIL,
            open: [{ kind: 'errors', since: NOW }],
          }),
        ],
        collectorList: [
          { ...COLLECTOR, source: EVIL, type: EVIL, lastFailure: { reason: 'internal', detail: EVIL, at: NOW } },
        ],
        workspaces: [EVIL],
      });
      records.openIncidents = [{ ...OPEN, openedBy: { ...FAILED, link: `https://x/${EVIL}` } }];
    });
    expect(page).not.toContain('<script');
    expect(page).not.toContain(EVIL);
    expect(page.match(/&lt;script&gt;alert\(1\)&lt;\/script&gt;/g)?.length).toBeGreaterThanOrEqual(8);
  });

  it('is JSON text in the API, which no browser takes for a page', async () => {
    const { app, records } = fakeApp();
    records.openIncidents = [{ ...OPEN, app: EVIL }];
    const answer = await app.request('/api/v1/incidents');
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(JSON.parse(await answer.text()).items[0].app).toBe(EVIL);
  });
});
