import { expect, test } from 'vitest';
import type { KnownTarget, RepositoryMemory } from '../../../src/sources/woodpecker/memory.ts';
import { rename } from '../../../src/sources/woodpecker/rename.ts';
import { type Keys, settings } from './support-program.ts';
import { SHOP } from './support-verdict.ts';

const STORE = { ...SHOP, fullName: 'acme/store', name: 'store' };

function known(app: string, environment = 'production'): KnownTarget {
  const whence = { event: 'deployment', branch: 'main', deployTo: environment, deployTask: '' };
  return { target: { source: 'woodpecker', app, environment }, team: '', whence, gone: false };
}

function renamed(targets: readonly KnownTarget[], keys: Keys = {}) {
  const memory: RepositoryMemory = {
    repository: SHOP,
    newest: null,
    open: [],
    targets,
    observedSince: 0,
    excluded: false,
  };
  return rename(memory, STORE, settings({ url: 'http://ci.example.org', ...keys }));
}

test('all of its targets move, each in its environment', () => {
  const { memory, moves } = renamed([known('acme/shop'), known('acme/shop', 'staging')]);
  expect(moves.map(({ from, to }) => [from.app, to.app, to.environment])).toEqual([
    ['acme/shop', 'acme/store', 'production'],
    ['acme/shop', 'acme/store', 'staging'],
  ]);
  expect(memory.repository).toEqual(STORE);
  expect(memory.targets.map(({ target }) => target.app)).toEqual(['acme/store', 'acme/store']);
});

test('a target that an earlier configuration named stays what it was', () => {
  const earlier = known('the-shop');
  const { memory, moves } = renamed([earlier]);
  expect(moves).toEqual([]);
  expect(memory.targets).toEqual([earlier]);
});

test('one that the configuration names otherwise does not move', () => {
  const relabel_configs = [{ target_label: 'app', replacement: 'the-shop' }];
  expect(renamed([known('the-shop')], { relabel_configs }).moves).toEqual([]);
});

test('one that is left out under its new name stays where it was', () => {
  expect(renamed([known('acme/shop')], { repositories: ['acme/shop'] }).moves).toEqual([]);
});
