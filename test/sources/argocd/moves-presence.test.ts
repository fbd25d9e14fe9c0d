import { expect, test } from 'vitest';
import { Desk } from './support.ts';
import {
  application,
  becomes,
  HOUR,
  iso,
  MINUTE,
  NOON,
  operate,
  pollAt,
  reasons,
  restarted,
  SECOND,
  seen,
  sha,
  shop,
  told,
} from './support-application.ts';
import { answerOf, completed, holding } from './support-server.ts';

const HALF = 30 * SECOND;

test('a deleted application is gone at once; created anew its target goes on', async () => {
  const { desk, held, one } = shop();
  operate(one, 'Succeeded', sha('a'), NOON - MINUTE);
  operate(one, 'Failed', sha('b'), NOON - 30 * SECOND);
  await pollAt(desk, NOON);
  held.applications.length = 0;
  await pollAt(desk, NOON + HALF);
  expect(desk.listings).toEqual(['shop removed']);
  const anew = application('shop', NOON + 40 * SECOND);
  operate(anew, 'Failed', sha('b'), NOON + 50 * SECOND);
  held.applications.push(anew);
  await pollAt(desk, NOON + 2 * HALF);
  expect(desk.listings).toEqual(['shop removed', 'shop listed']);
  operate(anew, 'Succeeded', sha('c'), NOON + 80 * SECOND);
  await pollAt(desk, NOON + 3 * HALF);
  // What failed before it was deleted fails again: the same change, once.
  expect(told(desk)).toEqual(['success -60', 'failure -30', 'success 80']);
  expect(reasons(desk)).toEqual(['repeated']);
  expect(new Set(desk.deployments.map(({ id }) => id)).size).toBe(3);
});

test('deleted and created anew between two polls: ids begin again, and its failures are in its events', async () => {
  const { desk, held, one } = shop();
  operate(one, 'Succeeded', sha('a'), NOON - MINUTE);
  await pollAt(desk, NOON);
  const anew = application('shop', NOON + 5 * SECOND);
  operate(anew, 'Succeeded', sha('c'), NOON + 25 * SECOND);
  held.applications = [anew];
  held.events.set('argocd/shop', [
    completed(iso(NOON + 10 * SECOND), true, `Sync operation to ${sha('b')} failed: no`),
    completed(iso(NOON + 25 * SECOND), false, `Sync operation to ${sha('c')} succeeded`),
  ]);
  await pollAt(desk, NOON + HALF);
  expect(told(desk)).toEqual(['success -60', 'failure 10', 'success 25']);
  expect(desk.listings).toEqual([]);
});

test('an application that cannot be seen any more waits for forget_after, and comes back as it was', async () => {
  const held = holding([application('shop'), application('site')]);
  const desk = new Desk(NOON, (url) => answerOf(held, url), { forget_after: '1h' });
  await pollAt(desk, NOON);
  const [gone] = held.applications.splice(0, 1);
  held.broken.set('/api/v1/applications/shop', 403);
  await pollAt(desk, NOON + HALF);
  // It is asked for once.
  expect(await desk.asked(() => pollAt(desk, NOON + 2 * HALF))).toHaveLength(1);
  await pollAt(desk, NOON + HALF + HOUR - SECOND);
  expect(desk.listings).toEqual([]);
  await pollAt(desk, NOON + HALF + HOUR);
  expect(desk.listings).toEqual(['shop removed']);
  held.applications.unshift(gone);
  held.broken.clear();
  await pollAt(desk, NOON + 2 * HOUR);
  expect(desk.listings).toEqual(['shop removed', 'shop listed']);
});

test('one that moved to another project and cannot be seen any more is asked for under that project', async () => {
  const held = holding([application('shop'), application('site')]);
  const desk = new Desk(NOON, (url) => answerOf(held, url));
  await pollAt(desk, NOON);
  held.applications[0].spec.project = 'payments';
  await pollAt(desk, NOON + HALF);
  desk.answer = (url) => {
    const [, site] = held.applications;
    return answerOf(url.searchParams.has('fields') ? { ...held, applications: [site] } : held, url);
  };
  await pollAt(desk, NOON + 2 * HALF);
  expect(desk.requests.at(-1)).toContain('shop?appNamespace=argocd&project=payments');
  // It is still there.
  expect(desk.listings).toEqual([]);
});

test('one that names no project is in `default`: a poll of it is one request, and its deletion is seen at once', async () => {
  const { desk, held, one } = shop();
  held.applications.push(application('site'));
  one.spec.project = '';
  await pollAt(desk, NOON);
  expect(desk.requests).toContain('/api/v1/applications/shop?appNamespace=argocd&project=default');
  expect(await desk.asked(() => pollAt(desk, NOON + HALF))).toHaveLength(1);
  held.applications.shift();
  await pollAt(desk, NOON + 2 * HALF);
  expect(desk.listings).toEqual(['shop removed']);
});

test('of two applications that are one target the first counts; the other is told of once', async () => {
  const held = holding([application('shop'), application('shop')]);
  held.applications[0].metadata.namespace = 'zoo';
  for (const one of held.applications) operate(one, 'Succeeded', sha('a'), NOON - MINUTE);
  const desk = new Desk(NOON, (url) => answerOf(held, url));
  await pollAt(desk, NOON);
  await pollAt(desk, NOON + HALF);
  expect(desk.deployments.map(({ id }) => id.split('/')[0])).toEqual(['argocd']);
  expect(desk.ignored).toEqual([`zoo/shop/${(NOON - HOUR) / 1000} duplicate_target`]);
  expect(desk.warnings).toEqual([expect.stringContaining('two applications are one target')]);
});

test('what relabelling leaves out is not read', async () => {
  const held = holding([application('shop'), application('site')]);
  const desk = new Desk(NOON, (url) => answerOf(held, url), {
    relabel_configs: [{ source_labels: ['__meta_argocd_name'], regex: 'site', action: 'drop' }],
  });
  await pollAt(desk, NOON);
  expect(desk.requests.filter((path) => path.includes('site'))).toEqual([]);
  expect(reasons(desk)).toEqual(['filtered']);
});

test('another team is told of as soon as the application has it', async () => {
  const { desk, one } = shop();
  await pollAt(desk, NOON);
  one.metadata.labels['team'] = 'payments';
  await pollAt(desk, NOON + HALF);
  expect(desk.batches.flatMap(({ targets }) => targets.map(({ team }) => team))).toEqual(['', 'payments']);
});

test('another environment is another target; the one before goes after forget_after', async () => {
  const { desk, one } = shop();
  operate(one, 'Succeeded', sha('a'), NOON - MINUTE);
  await pollAt(desk, NOON);
  one.metadata.labels['env'] = 'staging';
  await pollAt(desk, NOON + HALF);
  operate(one, 'Succeeded', sha('b'), NOON + 40 * SECOND);
  await pollAt(desk, NOON + 2 * HALF);
  expect(desk.deployments.map(({ target }) => target.environment)).toEqual(['prod', 'staging']);
  await pollAt(desk, NOON + 2 * HOUR);
  expect(desk.listings).toEqual(['shop removed']);
});

test('a target that was left degraded and is created anew is healthy again when the new application is', async () => {
  const { desk, held, one } = shop();
  becomes(one, 'Degraded', NOON - 10 * MINUTE);
  await pollAt(desk, NOON);
  held.applications.length = 0;
  await pollAt(desk, NOON + HALF);
  const anew = application('shop', NOON + 40 * SECOND);
  becomes(anew, 'Progressing', NOON + 41 * SECOND);
  held.applications.push(anew);
  const again = restarted(desk);
  await pollAt(again, NOON + 2 * HALF);
  becomes(anew, 'Healthy', NOON + 70 * SECOND);
  await pollAt(again, NOON + 3 * HALF);
  expect(seen(desk)).toEqual(['degraded failure -600']);
  expect(seen(again)).toEqual(['degraded recovery 70']);
});

test('what a narrower configuration leaves out is not lost rights: it goes after forget_after', async () => {
  const { desk, held } = shop();
  await pollAt(desk, NOON);
  const narrow = restarted(desk, (url) => answerOf(held, url), { app_namespaces: ['team-a', 'team-b'] });
  await pollAt(narrow, NOON + HALF);
  await pollAt(narrow, NOON + 2 * HOUR);
  expect(narrow.listings).toEqual(['shop removed']);
});

test('what has long been gone is forgotten', async () => {
  const { desk, held } = shop();
  held.applications.push(application('site'));
  await pollAt(desk, NOON);
  held.applications.shift();
  await pollAt(desk, NOON + HALF);
  expect([...desk.state.keys()].filter((key) => key.includes('shop'))).toHaveLength(1);
  await pollAt(desk, NOON + 401 * 24 * HOUR);
  expect([...desk.state.keys()].filter((key) => key.includes('shop'))).toEqual([]);
});

test('health is told of the target that an application is now', async () => {
  const { desk, one } = shop();
  becomes(one, 'Degraded', NOON - 10 * MINUTE);
  await pollAt(desk, NOON);
  one.metadata.labels['env'] = 'staging';
  await pollAt(desk, NOON + HALF);
  expect(desk.sightings.map(({ target, kind }) => [target.environment, kind])).toEqual([
    ['prod', 'failure'],
    ['staging', 'failure'],
  ]);
  expect(new Set(desk.sightings.map(({ id }) => id)).size).toBe(2);
});

test('an application that was created anew between the list and the GET waits for the next list', async () => {
  const { desk, held, one } = shop();
  await pollAt(desk, NOON);
  operate(one, 'Succeeded', sha('b'), NOON + 10 * SECOND);
  const anew = application('shop', NOON + 20 * SECOND);
  operate(anew, 'Succeeded', sha('c'), NOON + 29 * SECOND);
  const { answer } = desk;
  desk.answer = (url) => (url.pathname.endsWith('/shop') ? { body: anew } : answer(url));
  await pollAt(desk, NOON + HALF);
  expect(told(desk)).toEqual([]);
  held.applications = [anew];
  desk.answer = answer;
  await pollAt(desk, NOON + 2 * HALF);
  expect(told(desk)).toEqual(['success 29']);
});
