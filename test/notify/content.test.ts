import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PostedForm } from '../../src/domain/news.ts';
import { contentOf, EVENTS, TEXT_BYTES, withoutRelation } from '../../src/notify/content.ts';
import { closed, fact, factsOf, NOW, opened, outgoing, plan, posted, toldOf } from './support.ts';

const DASHBOARD = 'https://grafana.example.org/d/dora?var-app={app}&var-env={environment}';
const ROOT = { delivered: true, roomId: '!room', eventId: '$root' };

function textOf(...facts: Parameters<typeof factsOf>) {
  const content = contentOf(outgoing(factsOf(...facts)), toldOf(factsOf(...facts)), DASHBOARD);
  return { body: String(content['body']), html: String(content['formatted_body']), content };
}

describe('what a message says', () => {
  test('B25: a failed pipeline: emoji, app, environment, duration, step and exit code, links, as text and as HTML', () => {
    expect(textOf([opened()]).content).toEqual({
      msgtype: 'm.text',
      body: [
        '🚨 acme/api: deployment to production FAILED in 1m 35s',
        'step test exit 1',
        'run: https://ci.example.org/repos/1/pipeline/12 · dashboard: https://grafana.example.org/d/dora?var-app=acme%2Fapi&var-env=production',
      ].join('\n'),
      format: 'org.matrix.custom.html',
      formatted_body: [
        '🚨 <b>acme/api</b>: deployment to production FAILED in 1m 35s',
        '<code>step test exit 1</code>',
        '<a href="https://ci.example.org/repos/1/pipeline/12">run</a> · <a href="https://grafana.example.org/d/dora?var-app=acme%2Fapi&amp;var-env=production">dashboard</a>',
      ].join('<br>'),
      'm.mentions': {},
      [EVENTS]: [expect.any(String)],
    });
  });

  test('B25: of a long error the first 200 characters, escaped, mentioning nobody', () => {
    const message = `<script>@room ${'🔥'.repeat(5000)}`;
    const { body, html, content } = textOf([], [posted({ message })]);
    const shown = /error: (.*)/.exec(body)?.[1] ?? '';
    expect([...shown]).toHaveLength(200);
    expect(shown).toBe(`<script>@room ${'🔥'.repeat(186)}`);
    expect(html).toContain(`<code>&lt;script&gt;@room ${'🔥'.repeat(186)}</code>`);
    expect(content['m.mentions']).toEqual({});
  });

  test.each<[PostedForm, string[]]>([
    [
      { form: 'run', nodeId: 'node-7', durationMs: 1234 },
      ['🚨 node-7 FAILED in 1234ms', 'error: no answer within 5 s'],
    ],
    [
      { form: 'dag', dagName: 'nightly', runId: 'r-9', stepName: 'load', exitCode: 137 },
      ['❌ DAG nightly run r-9 FAILED', 'step load exit 137', 'error: no answer within 5 s'],
    ],
    [
      { form: 'anomaly', violations24h: 61, threshold: 50, rules: ['R1', 'R7'] },
      ['⚠️ violations_24h = 61 (threshold 50) — top rules: R1, R7'],
    ],
  ])('the form %o', (form, lines) => {
    const { body } = textOf([], [posted({ form })]);
    expect(body.split('\n').slice(0, lines.length)).toEqual(lines);
  });

  test('critical is m.text, which pushes; the rest is m.notice', () => {
    const types = (['critical', 'warning', 'info'] as const).map(
      (severity) => textOf([], [posted({ severity })]).content['msgtype'],
    );
    expect(types).toEqual(['m.text', 'm.notice', 'm.notice']);
    expect(textOf([closed()]).content['msgtype']).toBe('m.notice');
  });

  test('a link that no client may follow is left out', () => {
    for (const link of ['javascript:alert(1)', 'https://a b', `https://a/${'x'.repeat(3000)}`, 'no link']) {
      expect(textOf([opened({}, { link })]).body).not.toContain('run:');
    }
  });
});

describe('counts, sums, and what has ended', () => {
  test('B27: the same alert ten times is one message that shows ×10', () => {
    const rows = Array.from({ length: 10 }, (_, n) => posted({ id: `e${n}` }));
    const facts = plan([], rows, NOW).map((row, n) => fact(row, n === 0 ? 'first' : 'repeated'));
    const content = contentOf(outgoing(facts), toldOf(facts), null);
    expect(String(content['body']).split('\n')[0]).toBe('🚨 memory: TimeoutError in recall (production) ×10');
    expect(content[EVENTS]).toEqual(rows.map(({ id }) => id));
  });

  test('B28: a sum names some of them and accounts for all', () => {
    const rows = Array.from({ length: 100 }, (_, n) => posted({ id: `e${n}`, message: `error ${n}` }));
    const facts = plan([], rows, NOW).map((row, n) => fact(row, n === 0 ? 'first' : 'summed'));
    const content = contentOf(outgoing(facts), toldOf(facts), null);
    const lines = String(content['body']).split('\n');
    expect(lines[0]).toBe('100 alerts');
    expect(lines.at(-1)).toBe('… and 90 more');
    expect(content[EVENTS]).toEqual(rows.map(({ id }) => id));
  });

  test('a recovery strikes the message through and tells the duration', () => {
    const [first, end] = factsOf([opened(), closed()]);
    if (first === undefined || end === undefined) throw new Error('no rows');
    const facts = [first, { ...end, role: 'ends' as const }];
    const content = contentOf(outgoing(facts, { kind: 'edit', root: ROOT }), toldOf(facts), null);
    expect(content).toMatchObject({
      'm.relates_to': { rel_type: 'm.replace', event_id: '$root' },
      'm.mentions': {},
      'm.new_content': { msgtype: 'm.text', 'm.mentions': {} },
    });
    const whole = content['m.new_content'] as Record<string, string>;
    expect(whole['m.relates_to']).toBeUndefined();
    expect(whole['formatted_body']?.split('<br>').slice(0, 2)).toEqual([
      '✅ recovered after 5m',
      '<del>🚨 <b>acme/api</b>: deployment to production FAILED in 1m 35s</del>',
    ]);
    expect(content['body']).toBe(`* ${whole['body']}`);
  });

  test('one that fails again is not struck through', () => {
    const [first, end] = factsOf([opened(), closed()]);
    const [again] = factsOf([opened({ incident: 8 })]);
    if (first === undefined || end === undefined || again === undefined) throw new Error('no rows');
    const facts = [first, { ...end, role: 'ends' as const }, { ...again, role: 'repeated' as const }];
    expect(String(contentOf(outgoing(facts), toldOf(facts), null)['body'])).toMatch(/^🚨 .* ×2\n/);
  });

  test('a notice stands in the thread of its message, as a client without threads shows it', () => {
    const [, end] = factsOf([opened(), closed()]);
    if (end === undefined) throw new Error('no row');
    const content = contentOf(outgoing([end], { kind: 'notice', root: ROOT }), toldOf([end]), null);
    expect(content).toMatchObject({
      msgtype: 'm.notice',
      'm.relates_to': {
        rel_type: 'm.thread',
        event_id: '$root',
        is_falling_back: true,
        'm.in_reply_to': { event_id: '$root' },
      },
    });
    expect(String(content['body']).split('\n')[0]).toBe('✅ acme/api in production: recovered after 5m');
  });

  test('without what it is about, an edit or a notice is a message of its own', () => {
    const [first, end] = factsOf([opened(), closed()]);
    if (first === undefined || end === undefined) throw new Error('no rows');
    const facts = [first, { ...end, role: 'ends' as const }];
    const edit = contentOf(outgoing(facts, { kind: 'edit', root: ROOT }), toldOf(facts), null);
    expect(withoutRelation(edit)).toEqual(edit['m.new_content']);
    const notice = contentOf(outgoing([end], { kind: 'notice', root: ROOT }), toldOf([end]), null);
    expect(withoutRelation(notice)).toEqual(contentOf(outgoing([end], { kind: 'notice' }), toldOf([end]), null));
    expect(withoutRelation(contentOf(outgoing([first]), toldOf([first]), null))).toBeNull();
  });
});

const text = fc.string({ unit: 'binary', maxLength: 6000 });
const anyPosted = fc.record({
  id: fc.uuid(),
  message: fc.option(text),
  errorType: fc.option(text),
  operation: text,
  app: text,
  severity: fc.constantFrom('critical', 'warning', 'info'),
});

test('whatever is told, an edit of it fits into an event, is well-formed, and holds no fraction', () => {
  fc.assert(
    fc.property(fc.array(anyPosted, { minLength: 1, maxLength: 60 }), (rows) => {
      const news = rows.map(({ app, ...row }) => posted({ ...row, target: { ...posted().target, app } }));
      const facts = plan([], news, NOW).map((row) => fact(row, 'summed'));
      const content = contentOf(outgoing(facts, { kind: 'edit', root: ROOT }), toldOf(facts), `https://g/{app}`);
      const json = JSON.stringify(content);
      expect(Buffer.byteLength(json)).toBeLessThan(60_000);
      expect(json).not.toMatch(/\\ud[89a-f]/);
      expect(json).not.toMatch(/:\d+\.\d/);
      const whole = content['m.new_content'] as Record<string, string>;
      for (const part of ['body', 'formatted_body']) {
        expect(Buffer.byteLength(JSON.stringify(whole[part]))).toBeLessThanOrEqual(TEXT_BYTES);
      }
      expect(whole['formatted_body']?.replace(/<\/?(b|code|a|del|br)( href="[^"<>]*")?>/g, '')).not.toMatch(/[<>"]/);
    }),
    { numRuns: 60 },
  );
});
