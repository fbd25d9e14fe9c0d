import { describe, expect, it } from 'vitest';
import { BadCursor, type DeploymentRecord } from '../../src/ledger/records.ts';
import { CLOSED, DEPLOYMENT, fakeApp, knownTarget, NOW, OPEN } from '../http/fakes.ts';

type Fakes = ReturnType<typeof fakeApp>;

async function render(path: string, change: (fakes: Fakes) => void = () => {}) {
  const fakes = fakeApp();
  change(fakes);
  const answer = await fakes.app.request(path);
  const page = await answer.text();
  const words = page
    .replace(/<title>.*?<\/title>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\s\u00a0]+/g, ' ');
  return { status: answer.status, page, words };
}

const APP = '/apps?app=shop%2Fweb&environment=production';

async function explained(parts: Partial<DeploymentRecord>): Promise<string> {
  const { words } = await render(APP, ({ records }) => {
    records.history = async () => ({ items: [{ ...DEPLOYMENT, ...parts }], next: null });
  });
  return words;
}

describe('the page of an app', () => {
  it('says what it is, how it stands and where its numbers come from', async () => {
    const { page, words, status } = await render(APP);
    expect(status).toBe(200);
    expect(page).toContain('<title>shop/web in production · dora-exporter</title>');
    expect(words).toContain('shop/web failing for 6 min');
    expect(words).toContain('Environment production Team shop Source ci Known whole since');
    expect(page).toContain('href="api/v1/keys?app=shop%2Fweb&amp;environment=production&amp;source=ci&amp;window=30d"');
    expect(page).toContain('aria-current="true">30d</a>');
    expect(page).not.toMatch(/<script|<style|style=|src=/);
  });

  it('is asked for by a window, and by an app alone where that is in one environment', async () => {
    expect((await render('/apps?app=shop%2Fweb&window=7d')).page).toContain('aria-current="true">7d</a>');
  });

  it('is a choice where the app is in several environments', async () => {
    const targetList = [knownTarget(), knownTarget({ id: 8, environment: 'staging' })];
    const { page } = await render('/apps?app=shop%2Fweb', ({ board }) => Object.assign(board, { targetList }));
    expect(page).toContain('environment=staging&amp;window=30d');
    expect(page).toContain('environment=production&amp;window=30d');
  });

  it('asks for the history of all its sources, and leads to what was before', async () => {
    const targetList = [knownTarget(), knownTarget({ id: 8, source: 'errors' })];
    const asked: unknown[] = [];
    const { page, words } = await render(`${APP}&cursor=x`, ({ board, records }) => {
      Object.assign(board, { targetList });
      records.history = async (query) => {
        asked.push(query);
        return { items: [DEPLOYMENT], next: 'y' };
      };
    });
    expect(asked).toEqual([{ targets: [7, 8], limit: 30, cursor: 'x' }]);
    expect(page).toContain('cursor=y#deployments">earlier deployments</a>');
    expect(words).toContain('Sources ci, errors');
    expect(page).toContain('>the latest</a>');
  });

  it('that nobody knows is not found, in words', async () => {
    const { status, words } = await render('/apps?app=nobody');
    expect(status).toBe(404);
    expect(words).toContain('nobody: It was never deployed here, or it is gone');
  });

  it('refuses a cursor that no page gave', async () => {
    const { status, words } = await render(`${APP}&cursor=x`, ({ records }) => {
      records.history = () => Promise.reject(new BadCursor());
    });
    expect(status).toBe(400);
    expect(words).toContain('cursor: ');
  });
});

describe('a deployment', () => {
  it('is told with the rule that counted it, its facts and its change failure', async () => {
    const words = await explained({});
    expect(words).toContain('Failed 6 min ago');
    expect(words).toContain('Counted the pipeline ended as failure (event push , exit code 2 )');
    expect(words).toContain('Change failure yes, deployment: it failed');
    expect(words).toContain('Incident Opened incident 3');
    expect(words).toContain('took 1 min 31 s');
    expect(words).toContain('Changes none');
  });

  it('that succeeded says that nothing is attributed to it', async () => {
    const words = await explained({ outcome: 'success', changeFailure: null, changeFailureWhy: null });
    expect(words).toContain('no: it did not fail, and nothing is attributed to it');
  });

  it.each([
    ['rollback', 'yes: it went back to what had run before'],
    ['deployment', 'yes: it ended an incident that a failed deployment had opened'],
    ['degraded', 'yes: it was deployed while the app was unhealthy'],
    ['errors', 'yes: it was deployed while there were too many errors'],
  ] as const)('that is rework for %s says why', async (rework, sentence) => {
    expect(await explained({ rework, outcome: 'success', changeFailure: null })).toContain(sentence);
  });

  it('shows all that people said of it', async () => {
    const said = { by: 'alice', reason: 'a drill', decidedAt: NOW };
    const words = await explained({
      changeFailure: null,
      verdict: 'not_a_failure',
      verdicts: [
        { ...said, verdict: 'not_a_failure' },
        { ...said, by: 'bob', reason: '', verdict: null },
      ],
    });
    expect(words).toContain('no: a person said so');
    expect(words).toContain('alice , 2026-01-31 12:00:00 UTC : no change failure ( a drill )');
    expect(words).toContain('bob , 2026-01-31 12:00:00 UTC : took back what was said');
  });

  it.each([
    ['queued', 'being looked up'],
    ['no_forge', 'not known: no forge is configured'],
    ['nothing', 'Changes none'],
  ] as const)('whose commits are %s says so', async (delivery, sentence) => {
    expect(await explained({ delivery })).toContain(sentence);
  });

  it('shows its changes with their lead times, and why one has none', async () => {
    const change = { sha: 'a'.repeat(40), repository: 'shop/web', committedAt: NOW, leadMs: 3_600_000, number: 1 };
    const words = await explained({
      delivery: 'looked_up',
      changes: [
        { ...change, origin: 'compare', unknown: null },
        { ...change, sha: '', committedAt: null, leadMs: null, origin: null, unknown: 'over_limit', number: 9 },
      ],
    });
    expect(words).toContain('10 changes, lead time 1 h');
    expect(words).toContain('aaaaaaaaaaaa : 1 h, committed 2026-01-31');
    expect(words).toContain('9 changes: More commits than a comparison shows');
  });
});

describe('an incident', () => {
  it('is told from its opening to its end', async () => {
    const { words } = await render(APP, ({ records }) => {
      records.openIncidents = [CLOSED];
    });
    expect(words).toContain('Recovered after 5 min');
    expect(words).toMatch(/Opened 2026-01-31 11:54:00 UTC , by #17 : the pipeline ended as failure/);
    expect(words).toContain('Failures 2: #17 , #18');
    expect(words).toMatch(/Ended 2026-01-31 11:59:00 UTC , by #19/);
  });

  it('that a person ended says who and why', async () => {
    const { words } = await render(APP, ({ records }) => {
      const resolution = { by: 'alice', reason: 'was a drill', decidedAt: NOW, at: NOW };
      records.openIncidents = [{ ...CLOSED, state: 'resolved', closedBy: null, resolution }];
    });
    expect(words).toContain('Ended by a person after 5 min');
    expect(words).toContain('By alice : was a drill');
  });

  it('shows what was seen, and which deployment is to blame', async () => {
    const { words } = await render(APP, ({ records }) => {
      const sightings = [{ kind: 'failure' as const, at: NOW, details: { health: 'Degraded' }, attributedTo: null }];
      records.openIncidents = [{ ...OPEN, kind: 'degraded', openedBy: null, attributedTo: CLOSED.openedBy, sightings }];
    });
    expect(words).toContain('Unhealthy (Degraded)');
    expect(words).toContain('To blame deployment #17');
    expect(words).toContain('failing at 2026-01-31 12:00:00 UTC (health Degraded )');
  });
});

describe('the list of apps', () => {
  const many = Array.from({ length: 250 }, (_, id) =>
    knownTarget({ id, app: `app-${String(id).padStart(3, '0')}`, team: id % 2 === 0 ? 'even' : 'odd' }),
  );
  const list = (path: string) => render(path, ({ board }) => Object.assign(board, { targetList: many }));
  const names = (page: string) => [...page.matchAll(/<bdi>(app-\d+)<\/bdi>/g)].map((match) => match[1]);

  it('comes in pages that hold each app once', async () => {
    const pages = await Promise.all(['', '?page=2', '?page=3'].map((query) => list(`/apps${query}`)));
    const found = pages.flatMap(({ page }) => names(page));
    expect(pages.map(({ page }) => names(page).length)).toEqual([100, 100, 50]);
    expect(new Set(found).size).toBe(250);
    expect(pages[0]?.page).toContain('page=2">the next page</a>');
    expect(pages[2]?.words).toContain('page 3 of 3');
  });

  it('keeps the filter from page to page', async () => {
    const { page, words } = await list('/apps?team=odd&q=app');
    expect(words).toContain('125 apps');
    expect(page).toContain('href="apps?q=app&amp;team=odd&amp;window=30d&amp;page=2"');
  });

  it.each(['page=0', 'page=x', 'window=1y', 'what=1', 'app=a&app=b'])('refuses %s in words', async (query) => {
    const { status, words } = await list(`/apps?${query}`);
    expect(status).toBe(400);
    expect(words).toContain('This cannot be shown');
  });
});
