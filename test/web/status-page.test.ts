import { describe, expect, it } from 'vitest';
import { type StatusModel, statusPage } from '../../src/web/status-page.ts';
import { COLLECTOR, FAILED, fakeApp, NOW, OPEN } from '../http/fakes.ts';

async function render(model: Partial<StatusModel> = {}): Promise<string> {
  const page = statusPage({
    version: '1.2.3',
    now: NOW,
    collectors: [COLLECTOR],
    openIncidents: { items: [OPEN], next: null },
    ...model,
  });
  return String(await page);
}

describe('the status page', () => {
  it('names the program, its version and where everything is', async () => {
    const page = await render();
    expect(page).toContain('<h1>dora-exporter</h1>');
    expect(page).toContain('Version 1.2.3');
    for (const link of [
      'metrics',
      '-/ready',
      'api/v1/targets',
      'api/v1/deployments',
      'api/v1/incidents',
      'api/v1/collectors',
    ]) {
      expect(page).toContain(`<a href="${link}">`);
    }
  });

  it('has one stylesheet, and no script, style or foreign resource', async () => {
    const page = await render();
    expect(page.match(/<link /g)).toHaveLength(1);
    expect(page).toContain('<link rel="stylesheet" href="static/status.css">');
    expect(page).not.toMatch(/<script|<style|style=|onclick|src=/);
  });

  it('leads only to pages that the program has', async () => {
    const { app } = fakeApp();
    const page = await (await app.request('/')).text();
    const own = [...page.matchAll(/href="([^"]*)"/g)]
      .map((match) => match[1] ?? '')
      .filter((to) => !to.includes('://'));
    expect(own.length).toBeGreaterThan(6);
    for (const to of own.filter((to) => to !== 'metrics')) {
      expect([to, (await app.request(`/${to}`)).status]).toEqual([to, 200]);
    }
  });
});

describe('open incidents', () => {
  it('show where, since when, how many failures, and the way upstream', async () => {
    const page = await render();
    expect(page).toContain('<td class="long">shop/web</td>');
    expect(page).toContain('<td>production</td>');
    expect(page).toContain('<time datetime="2026-01-31T11:54:00.000Z">2026-01-31 11:54:00 UTC</time>');
    expect(page).toContain('(6 min)');
    expect(page).toContain('<td class="number">2</td>');
    expect(page).toContain('<a href="https://ci.example.org/repos/1/pipeline/17" rel="noreferrer">#17</a>');
    expect(page).toContain('<a href="api/v1/incidents/3">3</a>');
  });

  it('are none in plain words', async () => {
    expect(await render({ openIncidents: { items: [], next: null } })).toContain('No incident is open.');
  });

  it('say where the rest is when there are more', async () => {
    expect(await render({ openIncidents: { items: [OPEN], next: 'c' } })).toContain(
      'href="api/v1/incidents?state=open"',
    );
    expect(await render()).not.toContain('href="api/v1/incidents?state=open"');
  });

  it('show no time where the beginning is not known', async () => {
    const items = [{ ...OPEN, openedAt: null, beginningKnown: false }];
    const page = await render({ openIncidents: { items, next: null } });
    expect(page).toContain('longer than the history that was read');
    expect(page).not.toContain('1970');
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '//evil.example', ' javascript:alert(1)'])(
    'do not lead to %s',
    async (link) => {
      const items = [{ ...OPEN, openedBy: { ...FAILED, link } }];
      const page = await render({ openIncidents: { items, next: null } });
      expect(page).not.toContain(link);
      expect(page).toContain('<td>#17</td>');
    },
  );

  it('link the deployment to blame where none opened the incident', async () => {
    const items = [{ ...OPEN, kind: 'degraded' as const, openedBy: null, attributedTo: FAILED }];
    const page = await render({ openIncidents: { items, next: null } });
    expect(page).toContain('<a href="https://ci.example.org/repos/1/pipeline/17" rel="noreferrer">#17</a>');
  });

  it('need no deployment that opened them', async () => {
    const items = [{ ...OPEN, openedBy: null }];
    expect(await render({ openIncidents: { items, next: null } })).toContain('<td class="long">shop/web</td>');
  });
});

describe('sources', () => {
  it('show state, last success, failure with its reason and detail, targets and progress', async () => {
    const page = await render();
    expect(page).toContain('<td class="whole">ci</td>');
    expect(page).toContain('<span class="bad">down</span>');
    expect(page).toContain('>10 min ago</time>');
    expect(page).toContain('<strong>bad_response</strong>');
    expect(page).toContain('HTML with status 200');
    expect(page).toContain('<td class="number whole">4</td>');
    expect(page).toContain('<progress value="9" max="12"></progress> 9 of 12 read');
  });

  it('are not known before the first poll, never 0 or down', async () => {
    const fresh = { ...COLLECTOR, up: null, lastSuccessAt: null, lastPollAt: null, lastFailure: null, targets: null };
    const page = await render({ collectors: [{ ...fresh, backfill: null }] });
    expect(page).toContain('not polled yet');
    expect(page).toContain('never');
    expect(page).toContain('not known');
    expect(page).not.toContain('down');
  });

  it('say so when all history is read', async () => {
    const page = await render({ collectors: [{ ...COLLECTOR, up: true, backfill: { pending: 0, done: 12 } }] });
    expect(page).toContain('<span class="good">up</span>');
    expect(page).not.toContain('<progress');
  });

  it.each([
    ['woodpecker', 'the token sees no repositories: it needs push or admin permission'],
    ['argocd', 'the upstream lists nothing that the token may see'],
  ])('of type %s that see nothing say what to do', async (type, sentence) => {
    const page = await render({ collectors: [{ ...COLLECTOR, type, up: true, targets: 0 }] });
    expect(page).toContain(`<strong>ci</strong>: ${sentence}.`);
  });

  it('that failed, or were never polled, do not say that the token sees nothing', async () => {
    for (const up of [false, null]) {
      expect(await render({ collectors: [{ ...COLLECTOR, up, targets: 0 }] })).not.toContain('the token sees');
    }
  });

  it('are none in plain words', async () => {
    expect(await render({ collectors: [] })).toContain('No source is configured');
  });
});

describe('B12 a ledger that does not answer', () => {
  it('leaves a page that says so and shows what is known', async () => {
    const page = await render({ openIncidents: null });
    expect(page).toContain('The ledger does not answer');
    expect(page).not.toContain('No incident is open');
    expect(page).toContain('<td class="whole">ci</td>');
  });

  it('is no error of the page, and its reason stays in the log', async () => {
    const { app, records, log } = fakeApp();
    records.failure = new Error('database is locked');
    const answer = await app.request('/');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=UTF-8');
    const page = await answer.text();
    expect(page).toContain('The ledger does not answer');
    expect(page).not.toContain('database is locked');
    expect(page).not.toContain('No source is configured');
    expect(log.lines.join()).toContain('database is locked');
  });
});

describe('B19 what users wrote', () => {
  const EVIL = '"><script>alert(1)</script>&\'';

  it('never becomes markup', async () => {
    const page = await render({
      version: EVIL,
      collectors: [
        {
          ...COLLECTOR,
          source: EVIL,
          type: EVIL,
          up: true,
          targets: 0,
          lastFailure: { reason: 'internal', detail: EVIL, at: NOW },
        },
      ],
      openIncidents: {
        items: [
          { ...OPEN, app: EVIL, environment: EVIL, team: EVIL, openedBy: { ...FAILED, link: `https://x/${EVIL}` } },
        ],
        next: null,
      },
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
