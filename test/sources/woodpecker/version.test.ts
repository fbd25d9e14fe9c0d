import { expect, test } from 'vitest';
import { listsNewest, tellsCancels } from '../../../src/sources/woodpecker/version.ts';

// The version; whether a server of it lists newest pipelines (3.1); whether a row of it tells cancels (3.14).
test.each([
  ['', false, false],
  ['2.8.3', false, false],
  ['3.0.1', false, false],
  ['3.1.0', true, false],
  ['3.13.0', true, false],
  ['3.14.0', true, true],
  ['v3.14.1', true, true],
  ['3.14.0-rc.1', true, true],
  ['3.17.0', true, true],
  ['4.0.0', true, true],
  ['next-a4cb541b8f', true, true],
  ['dev', true, true],
  ['developer', false, false],
  ['nonsense', false, false],
])('%s', (version, lists, tells) => {
  expect([listsNewest(version), tellsCancels(version)]).toEqual([lists, tells]);
});
