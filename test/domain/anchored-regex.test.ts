import { describe, expect, it } from 'vitest';
import { anchoredRegex } from '../../src/domain/anchored-regex.ts';

describe('a regular expression of Prometheus', () => {
  it.each([
    ['prod', 'prod', true],
    ['prod', 'production', false],
    ['prod', 'preprod', false],
    // Both alternatives are anchored, not only the first and the last end.
    ['a|b', 'ab', false],
    ['a|b', 'b', true],
    ['^prod$', 'prod', true],
    ['(?:.+,|^)job:([^,]+).*', 'path:x,job:y,z', true],
    ['', '', true],
    ['', 'a', false],
    ['a.c', 'a\nc', true],
    ['a', 'a\n', false],
    ['.', '\u{1F600}', true],
    ['(?i)prod|live', 'LIVE', true],
    ['(?i)prod|live', 'ALIVE', false],
    ['(?-s)a.c', 'a\nc', false],
    ['(?P<team>[a-z]+)-.*', 'ops-tool', true],
    ['\\Aprod\\z', 'prod', true],
    ['a\\-b\\_c\\/d', 'a-b_c/d', true],
    ['[a\\-c]', '-', true],
    ['[a\\-c]', 'b', false],
    ['[(?=]+', '(?=', true],
    ['\\(\\?P<x', '(?P<x', true],
    ['a\\[\\]b', 'a[]b', true],
    ['\\d{2,3}', '123', true],
  ])('%j over %j: %s', (source, text, matches) => {
    expect(anchoredRegex(source).test(text)).toBe(matches);
  });

  it('keeps the names of groups', () => {
    expect(anchoredRegex('(?P<team>[a-z]+)-(?<tool>.*)').exec('ops-tool')?.groups).toMatchObject({
      team: 'ops',
      tool: 'tool',
    });
  });

  it.each(['(', 'a)(b', '(?i)a)(b', '[a', '*', 'a**', '(?=a)', '(?!a)', '(?<=a)', '(?<!a)', '(a)\\1', '(?U)a'])(
    'refuses %j',
    (source) => {
      expect(() => anchoredRegex(source)).toThrow(SyntaxError);
    },
  );

  it.each(['[[:alpha:]]+', '\\pL', '\\Qa\\E', '[]a]'])(
    'refuses %j rather than reading it otherwise than Go',
    (source) => {
      expect(() => anchoredRegex(source)).toThrow(SyntaxError);
    },
  );
});
