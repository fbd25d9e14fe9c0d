import { describe, expect, it } from 'vitest';
import { StoreFailure } from '../../src/domain/store-failure.ts';
import type { Post } from '../../src/ledger/errors/ingest.ts';
import { type Commit, Intake, IntakeFull } from '../../src/sink/intake.ts';
import { event, post } from '../ledger/sink-support.ts';
import { FakeClock } from '../support/fake-clock.ts';

const ALL = (posts: readonly Post[]) => posts.map(({ events }) => new Set(events.keys()));

/** Commits that end when they are told to. */
function slowly() {
  const sizes: number[] = [];
  const ends: (() => void)[] = [];
  const commit: Commit = async (posts) => {
    sizes.push(posts.length);
    await new Promise<void>((resolve) => ends.push(resolve));
    return ALL(posts);
  };
  return { commit, sizes, ends };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('posts', () => {
  it('that come while a commit is under way share the next, and each hears of its own', async () => {
    const { commit, sizes, ends } = slowly();
    const intake = new Intake(commit, new FakeClock());
    const first = intake.take(post([event(1)]));
    await until(() => ends.length === 1);
    const rest = [post([event(2), event(3)]), post([event(4)])].map((one) => intake.take(one));
    ends[0]?.();
    await first;
    await until(() => ends.length === 2);
    ends[1]?.();
    expect(await Promise.all(rest)).toEqual([new Set([0, 1]), new Set([0])]);
    expect(sizes).toEqual([1, 2]);
  });

  it('are committed a bounded number of events at a time, a large one by itself', async () => {
    const sizes: number[] = [];
    const intake = new Intake(async (posts) => {
      sizes.push(posts.reduce((sum, { events }) => sum + events.length, 0));
      return ALL(posts);
    }, new FakeClock());
    const many = (count: number) => post(Array.from({ length: count }, (_, second) => event(second)));
    await Promise.all([many(300), many(200), many(1), many(900), many(1)].map((one) => intake.take(one)));
    expect(sizes).toEqual([500, 1, 900, 1]);
  });

  it('are refused when too many wait', async () => {
    const { commit, ends } = slowly();
    const intake = new Intake(commit, new FakeClock());
    const taken = intake.take(post(Array.from({ length: 20_000 }, () => event(0))));
    expect(() => intake.take(post([event(1)]))).toThrow(IntakeFull);
    await until(() => ends.length === 1);
    const next = intake.take(post([event(1)]));
    ends[0]?.();
    await taken;
    await until(() => ends.length === 2);
    ends[1]?.();
    expect(await next).toEqual(new Set([0]));
  });

  it('all fail when the store does; the next are taken again', async () => {
    let failing = true;
    const intake = new Intake(async (posts) => {
      if (failing) throw new StoreFailure('the ledger is locked');
      return ALL(posts);
    }, new FakeClock());
    const both = await Promise.allSettled([intake.take(post([event(1)])), intake.take(post([event(2)]))]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    failing = false;
    expect(await intake.take(post([event(3)]))).toEqual(new Set([0]));
  });

  it('a fault that one of them provokes keeps out no other', async () => {
    const bad = post([event(13)]);
    const intake = new Intake(async (posts) => {
      if (posts.includes(bad)) throw new Error('a fault of ours');
      return ALL(posts);
    }, new FakeClock());
    const all = await Promise.allSettled([post([event(1)]), bad, post([event(2)])].map((one) => intake.take(one)));
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('wait while the intake rests as long as the last commit took, and then share one', async () => {
    const { commit, sizes, ends } = slowly();
    const clock = new FakeClock();
    const intake = new Intake(commit, clock);
    const first = intake.take(post([event(1)]));
    await until(() => ends.length === 1);
    await clock.advance(4);
    ends[0]?.();
    await first;
    const rest = [intake.take(post([event(2)])), intake.take(post([event(3)]))];
    await clock.advance(3);
    expect(sizes).toEqual([1]);
    await clock.advance(1);
    expect(sizes).toEqual([1, 2]);
    ends[1]?.();
    await Promise.all(rest);
    expect(clock.slept).toEqual([4]);
  });

  it('wait 10 ms at most, and not at all where the next commit is full', async () => {
    const { commit, sizes, ends } = slowly();
    const clock = new FakeClock();
    const intake = new Intake(commit, clock);
    const many = Array.from({ length: 500 }, (_, second) => event(second));
    const taken = [intake.take(post([event(1)]))];
    await until(() => ends.length === 1);
    await clock.advance(1000);
    taken.push(intake.take(post(many)), intake.take(post([event(2)])));
    ends[0]?.();
    await until(() => ends.length === 2);
    expect(clock.slept).toEqual([]);
    await clock.advance(1000);
    ends[1]?.();
    await taken[1];
    await clock.advance(9);
    expect(sizes).toEqual([1, 1]);
    await clock.advance(1);
    expect(sizes).toEqual([1, 1, 1]);
    ends[2]?.();
    await Promise.all(taken);
  });
});
