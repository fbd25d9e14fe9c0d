// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references of relabelling, not of a template
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anchoredRegex } from '../../src/domain/anchored-regex.ts';
import { type RelabelRule, relabel } from '../../src/domain/relabel.ts';
import { hashModulo } from '../../src/sources/hash-modulo.ts';

type Labels = Record<string, string>;

/** A rule with Prometheus' defaults. */
function rule({ regex = '(.*)', ...given }: Omit<Partial<RelabelRule>, 'regex'> & { regex?: string }): RelabelRule {
  return {
    action: 'replace',
    sourceLabels: [],
    separator: ';',
    targetLabel: '',
    replacement: '$1',
    partOf: null,
    ...given,
    regex: anchoredRegex(regex),
  };
}

function examples(
  name: string,
  table: [what: string, before: Labels, Parameters<typeof rule>[0], after: Labels | null][],
) {
  describe(name, () => {
    it.each(table)('%s', (_, before, given, after) => {
      expect(relabel(before, [rule(given)])).toEqual(after);
    });
  });
}

examples('replace', [
  [
    'joins the source labels with the separator',
    { a: 'foo', b: 'bar' },
    { sourceLabels: ['a', 'b'], targetLabel: 'app' },
    { a: 'foo', b: 'bar', app: 'foo;bar' },
  ],
  [
    'joins with another separator, and takes a missing label for empty',
    { a: 'foo' },
    { sourceLabels: ['a', 'missing', 'a'], separator: '/', targetLabel: 'app' },
    { a: 'foo', app: 'foo//foo' },
  ],
  [
    'takes groups by number',
    { a: 'foo', b: 'bar' },
    { sourceLabels: ['a', 'b'], regex: '(f).*;(.*)r', targetLabel: 'app', replacement: '$2-${1}x' },
    { a: 'foo', b: 'bar', app: 'ba-fx' },
  ],
  [
    'changes nothing when the regex does not match the whole value',
    { a: 'production', app: 'old' },
    { sourceLabels: ['a'], regex: 'prod', targetLabel: 'app', replacement: 'new' },
    { a: 'production', app: 'old' },
  ],
  ['sets a fixed value without source labels', {}, { targetLabel: 'team', replacement: 'ops' }, { team: 'ops' }],
  [
    'deletes the label when the result is empty',
    { a: 'x', team: 'ops' },
    { sourceLabels: ['a'], targetLabel: 'team', replacement: '' },
    { a: 'x' },
  ],
  [
    'deletes the target when the source is missing: an empty value matches (.*)',
    { team: 'ops' },
    { sourceLabels: ['missing'], targetLabel: 'team' },
    {},
  ],
  [
    'does not match an empty value with (.+)',
    { team: 'ops' },
    { sourceLabels: ['missing'], regex: '(.+)', targetLabel: 'team' },
    { team: 'ops' },
  ],
  [
    'fills references in the target',
    { a: 'team=ops' },
    { sourceLabels: ['a'], regex: '(\\w+)=(\\w+)', targetLabel: '$1', replacement: '$2' },
    { a: 'team=ops', team: 'ops' },
  ],
  [
    'changes nothing when the target comes out as no name of a label',
    { a: '1-2=ops' },
    { sourceLabels: ['a'], regex: '(.+)=(.+)', targetLabel: '${1}', replacement: '$2' },
    { a: '1-2=ops' },
  ],
]);

examples('references', [
  ...(
    [
      ['$1', 'ops'],
      ['${1}', 'ops'],
      ['$team', 'ops'],
      ['${team}', 'ops'],
      ['$0', 'ops-7'],
      ['${1}x', 'opsx'],
      // A name is as long as it can be, and a group that is not there is empty.
      ['a$1x', 'a'],
      ['a$teams', 'a'],
      ['a$9', 'a'],
      ['a${10}', 'a'],
      // No number has a leading zero.
      ['a$01', 'a'],
      // A group that took no part.
      ['a$3', 'a'],
      ['$$1', '$1'],
      ['$$$1', '$ops'],
      ['a$', 'a$'],
      ['a$-b', 'a$-b'],
      ['${', '${'],
      ['${1', '${1'],
      ['${1-2}', '${1-2}'],
      ['${}', '${}'],
    ] as const
  ).map(([replacement, app]): [string, Labels, Parameters<typeof rule>[0], Labels] => [
    `${replacement} gives ${app}`,
    { a: 'ops-7' },
    { sourceLabels: ['a'], regex: '(?P<team>[a-z]+)-(\\d)(x)?', targetLabel: 'app', replacement },
    { a: 'ops-7', app },
  ]),
]);

examples('keep and drop', [
  [
    'keep keeps what matches whole',
    { a: 'prod' },
    { action: 'keep', sourceLabels: ['a'], regex: 'prod' },
    { a: 'prod' },
  ],
  ['keep drops what matches in part', { a: 'prod1' }, { action: 'keep', sourceLabels: ['a'], regex: 'prod' }, null],
  ['keep drops what is missing', {}, { action: 'keep', sourceLabels: ['a'], regex: '.+' }, null],
  ['drop drops what matches whole', { a: 'prod' }, { action: 'drop', sourceLabels: ['a'], regex: 'pr.*' }, null],
  [
    'drop keeps what matches in part',
    { a: 'prod' },
    { action: 'drop', sourceLabels: ['a'], regex: 'pro' },
    { a: 'prod' },
  ],
  ['drop matches joined values', { a: 'x', b: 'y' }, { action: 'drop', sourceLabels: ['a', 'b'], regex: 'x;y' }, null],
]);

// Numbers of Prometheus' own tests (model/relabel/relabel_test.go).
examples('hashmod', [
  [
    'writes the part that a value belongs to',
    { a: 'foo', b: 'bar', c: 'baz' },
    { action: 'hashmod', sourceLabels: ['c'], targetLabel: 'd', partOf: (value) => hashModulo(value, 1000) },
    { a: 'foo', b: 'bar', c: 'baz', d: '976' },
  ],
  [
    'hashes line ends, too',
    { a: 'foo\nbar' },
    { action: 'hashmod', sourceLabels: ['a'], targetLabel: 'b', partOf: (value) => hashModulo(value, 1000) },
    { a: 'foo\nbar', b: '734' },
  ],
  [
    'knows but one part where there is one',
    { a: 'foo' },
    { action: 'hashmod', sourceLabels: ['a'], targetLabel: 'b', partOf: (value) => hashModulo(value, 1) },
    { a: 'foo', b: '0' },
  ],
]);

examples('labelmap', [
  [
    'copies labels under new names',
    { __meta_label_team: 'ops', __meta_label_app: 'tool', other: 'x' },
    { action: 'labelmap', regex: '__meta_label_(.+)' },
    { __meta_label_team: 'ops', __meta_label_app: 'tool', other: 'x', team: 'ops', app: 'tool' },
  ],
  [
    'matches whole names only',
    { my_team: 'ops' },
    { action: 'labelmap', regex: 'team', replacement: 'app' },
    { my_team: 'ops' },
  ],
  [
    'does not look at the labels that it makes',
    { a: '1' },
    { action: 'labelmap', regex: '(a+)', replacement: '${1}a' },
    { a: '1', aa: '1' },
  ],
  [
    'keeps what is named like a member of every object',
    { label___proto__: 'x' },
    { action: 'labelmap', regex: 'label_(.*)' },
    Object.fromEntries([
      ['label___proto__', 'x'],
      ['__proto__', 'x'],
    ]),
  ],
]);

examples('lowercase and uppercase', [
  [
    'lowercase writes the joined value',
    { a: 'FoO', b: 'BaR' },
    { action: 'lowercase', sourceLabels: ['a', 'b'], targetLabel: 'app' },
    { a: 'FoO', b: 'BaR', app: 'foo;bar' },
  ],
  [
    'uppercase writes over its own source',
    { app: 'tool' },
    { action: 'uppercase', sourceLabels: ['app'], targetLabel: 'app' },
    { app: 'TOOL' },
  ],
  ['an empty value deletes', { app: 'x' }, { action: 'lowercase', sourceLabels: ['b'], targetLabel: 'app' }, {}],
  [
    'each letter becomes one letter, as in Go',
    { a: 'straße ΟΔΟΣ' },
    { action: 'uppercase', sourceLabels: ['a'], targetLabel: 'app' },
    { a: 'straße ΟΔΟΣ', app: 'STRAßE ΟΔΟΣ' },
  ],
  [
    'the last letter of a word is like the others, as in Go',
    { a: 'ΟΔΟΣ' },
    { action: 'lowercase', sourceLabels: ['a'], targetLabel: 'app' },
    { a: 'ΟΔΟΣ', app: 'οδοσ' },
  ],
]);

describe('rules', () => {
  it('apply in their order, each to what the one before left', () => {
    const rules = [
      rule({ sourceLabels: ['a'], targetLabel: '__tmp_x', regex: '(.)(.)', replacement: '$2' }),
      rule({ sourceLabels: ['__tmp_x'], targetLabel: 'app' }),
      rule({ targetLabel: '__tmp_x', replacement: '' }),
    ];
    expect(relabel({ a: 'yz' }, rules)).toEqual({ a: 'yz', app: 'z' });
  });

  it('end at the one that drops', () => {
    const rules = [rule({ action: 'drop' }), rule({ targetLabel: 'app', replacement: 'x' })];
    expect(relabel({}, rules)).toBeNull();
  });

  const labels = fc.dictionary(fc.stringMatching(/^[a-c_]{1,3}$/), fc.string({ minLength: 1 }), {
    noNullPrototype: true,
  });
  const text = fc.string();

  it('leave their input as it was, and give no empty label', () => {
    fc.assert(
      fc.property(
        labels,
        text,
        fc.constantFrom('replace', 'lowercase', 'uppercase', 'labelmap'),
        (before, replacement, action) => {
          const copy = { ...before };
          const after = relabel(before, [rule({ action, sourceLabels: ['a', 'b'], targetLabel: 'c', replacement })]);
          expect(before).toEqual(copy);
          expect(Object.values(after ?? {})).not.toContain('');
        },
      ),
    );
  });

  it('keep exactly what drop drops', () => {
    const regexes = fc.constantFrom('a.*', '(.*)', '', '.', '[^a]+');
    fc.assert(
      fc.property(labels, regexes, (before, regex) => {
        const kept = relabel(before, [rule({ action: 'keep', sourceLabels: ['a'], regex })]);
        const left = relabel(before, [rule({ action: 'drop', sourceLabels: ['a'], regex })]);
        expect(kept === null).toBe(left !== null);
      }),
    );
  });

  it('with hashmod, keep each row in exactly one of the parts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 7 }), (app, modulus) => {
        const partOf = (value: string) => hashModulo(value, modulus);
        const parts = Array.from({ length: modulus }, (_, part) => [
          rule({ action: 'hashmod', sourceLabels: ['app'], targetLabel: '__tmp_shard', partOf }),
          rule({ action: 'keep', sourceLabels: ['__tmp_shard'], regex: String(part) }),
        ]);
        expect(parts.filter((rules) => relabel({ app }, rules) !== null)).toHaveLength(1);
      }),
    );
  });

  it('copy any value unchanged with their defaults', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (value) => {
        expect(relabel({ a: value }, [rule({ sourceLabels: ['a'], targetLabel: 'app' })])).toEqual({
          a: value,
          app: value,
        });
      }),
    );
  });

  it('take a template without a dollar sign literally', () => {
    fc.assert(
      fc.property(
        text.filter((value) => value !== '' && !value.includes('$')),
        (replacement) => {
          expect(relabel({}, [rule({ targetLabel: 'app', replacement })])).toEqual({ app: replacement });
        },
      ),
    );
  });
});
