import { describe, expect, test } from 'vitest';
import type { KnownTarget, RepositoryMemory } from '../../../src/sources/woodpecker/memory.ts';
import { Presence } from '../../../src/sources/woodpecker/presence.ts';
import { type Keys, settings } from './support-program.ts';
import { SHOP } from './support-verdict.ts';

const KEYS: Keys = { url: 'http://ci.example.org', forget_after: '10m' };
const MINUTE = 60_000;

function known(app: string, fields: Partial<KnownTarget> = {}): KnownTarget {
  const whence = { event: 'push', branch: 'main', deployTo: '', deployTask: '' };
  return { target: { source: 'woodpecker', app, environment: 'production' }, team: '', whence, gone: false, ...fields };
}

function memory(id: number, name: string, fields: Partial<RepositoryMemory> = {}): RepositoryMemory {
  const repository = { ...SHOP, id, fullName: name };
  return { repository, newest: null, open: [], targets: [known(name)], observedSince: 0, excluded: false, ...fields };
}

const MEMORIES = [memory(1, 'acme/shop'), memory(2, 'acme/web')];
const BOTH = new Map([
  [1, 'acme/shop'],
  [2, 'acme/web'],
]);
const WEB = new Map([[2, 'acme/web']]);

function told(presence: Presence, ...args: Parameters<Presence['look']>): string[] {
  return presence.look(...args).listings.map(({ target, change }) => `${target.app} ${change}`);
}

describe('which targets are there', () => {
  test('one that is missing is removed once forget_after has passed since the first good poll without it', () => {
    const presence = new Presence(settings(KEYS));
    expect(told(presence, MEMORIES, BOTH, true, 0)).toEqual([]);
    expect(told(presence, MEMORIES, WEB, true, 5 * MINUTE)).toEqual([]);
    expect(told(presence, MEMORIES, WEB, true, 15 * MINUTE - 1)).toEqual([]);
    const { listings, memories } = presence.look(MEMORIES, WEB, true, 15 * MINUTE);
    expect(listings).toEqual([{ target: known('acme/shop').target, change: 'removed' }]);
    expect(memories).toEqual([{ ...MEMORIES[0], targets: [known('acme/shop', { gone: true })] }]);
  });

  test('a poll that was not good begins nothing and removes nothing', () => {
    const presence = new Presence(settings(KEYS));
    expect(told(presence, MEMORIES, WEB, false, 0)).toEqual([]);
    expect(told(presence, MEMORIES, WEB, true, 20 * MINUTE)).toEqual([]);
    expect(told(presence, MEMORIES, WEB, false, 40 * MINUTE)).toEqual([]);
    expect(told(presence, MEMORIES, WEB, true, 41 * MINUTE)).toEqual(['acme/shop removed']);
  });

  test('one that was back in between begins anew', () => {
    const presence = new Presence(settings(KEYS));
    told(presence, MEMORIES, WEB, true, 0);
    // Being there is believed of any poll.
    expect(told(presence, MEMORIES, BOTH, false, 9 * MINUTE)).toEqual([]);
    expect(told(presence, MEMORIES, WEB, true, 11 * MINUTE)).toEqual([]);
  });

  test('one that is gone is told no more, and is back at once', () => {
    const presence = new Presence(settings(KEYS));
    const gone = [memory(1, 'acme/shop', { targets: [known('acme/shop', { gone: true })] })];
    expect(told(presence, gone, WEB, true, 0)).toEqual([]);
    expect(told(presence, gone, WEB, true, 20 * MINUTE)).toEqual([]);
    expect(told(presence, gone, BOTH, false, 21 * MINUTE)).toEqual(['acme/shop listed']);
  });

  test('a new id under a known name goes on', () => {
    const presence = new Presence(settings(KEYS));
    const listed = new Map([[9, 'acme/shop']]);
    for (const now of [0, 20 * MINUTE]) expect(told(presence, MEMORIES.slice(0, 1), listed, true, now)).toEqual([]);
  });

  test('two repositories of one target: it is there while one of them is', () => {
    const presence = new Presence(
      settings({ ...KEYS, relabel_configs: [{ target_label: 'app', replacement: 'one' }] }),
    );
    const both = [1, 2].map((id) => memory(id, `acme/${id}`, { targets: [known('one')] }));
    const listed = new Map([[2, 'acme/2']]);
    for (const now of [0, 20 * MINUTE]) expect(told(presence, both, listed, true, now)).toEqual([]);
  });

  test('what the configuration maps elsewhere, or leaves out, is there no more', () => {
    const dropped = new Presence(settings({ ...KEYS, events: ['tag'] }));
    const excluded = new Presence(settings({ ...KEYS, repositories: ['acme/web'] }));
    for (const [presence, memories] of [
      [dropped, MEMORIES],
      [excluded, [memory(1, 'acme/shop', { excluded: true }), memory(2, 'acme/web')]],
    ] as const) {
      const listed = new Map([
        [1, null],
        [2, 'acme/web'],
      ]);
      told(presence, memories, listed, true, 0);
      expect(told(presence, memories, listed, true, 20 * MINUTE)).toContain('acme/shop removed');
    }
  });

  test('one that is wanted again is there before its history is read', () => {
    const presence = new Presence(settings(KEYS));
    const memories = [memory(1, 'acme/shop', { excluded: true })];
    for (const now of [0, 20 * MINUTE]) expect(told(presence, memories, BOTH, true, now)).toEqual([]);
  });
});
