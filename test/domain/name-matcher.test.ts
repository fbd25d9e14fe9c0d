import { describe, expect, it } from 'vitest';
import { nameMatcher } from '../../src/domain/name-matcher.ts';

describe('a name or /regex/', () => {
  it.each([
    ['main', 'main', true],
    ['main', 'main2', false],
    ['a.c', 'abc', false],
    ['/a.c/', 'abc', true],
    ['/release-.*/', 'release-1', true],
    ['/release-.*/', 'my-release-1', false],
    ['/release/', 'release-1', false],
    // A slash alone makes no regular expression.
    ['feature/x', 'feature/x', true],
    ['/', '/', true],
    ['//', '//', true],
  ])('%j over %j: %s', (text, name, matches) => {
    expect(nameMatcher(text).matches(name)).toBe(matches);
  });

  it('keeps what was written', () => {
    expect(nameMatcher('/a|b/').text).toBe('/a|b/');
  });

  it('refuses what does not compile', () => {
    expect(() => nameMatcher('/(/')).toThrow(SyntaxError);
  });
});
