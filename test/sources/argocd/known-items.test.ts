import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KnownItems } from '../../../src/sources/argocd/known-items.ts';
import { listedApplication } from '../../../src/sources/argocd/schema.ts';

const item = (name: string, phase: string) => ({
  metadata: { name, namespace: 'argocd', creationTimestamp: '2026-01-01T00:00:00Z', labels: { team: 'a' } },
  spec: { project: 'default', destination: {} },
  status: { health: { status: 'Healthy' }, operationState: { phase, startedAt: '2026-01-01T00:00:00Z' } },
});

test('list after list it reads what a first look would, whatever came, went, moved or changed', async () => {
  const lists = fc.array(
    fc.array(
      fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd', 'e'), phase: fc.constantFrom('Running', 'Failed') }),
    ),
    { minLength: 1, maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(lists, async (story) => {
      const known = new KnownItems();
      for (const rows of story) {
        const raw = rows.map(({ name, phase }) => item(name, phase));
        const read = await known.read(raw);
        expect(read).toEqual({ ok: true, listed: raw.map((one) => listedApplication.parse(one)) });
      }
    }),
  );
});

test('an item that is as it was is the same object; one that cannot be read is named, and the next list is read', async () => {
  const known = new KnownItems();
  const names = Array.from({ length: 500 }, (_, index) => `app-${String(index).padStart(3, '0')}`);
  const listOf = (some: readonly string[]) => some.map((name) => item(name, 'Succeeded'));
  const first = await known.read(listOf(names));
  const [, ...rest] = names;
  const second = await known.read(listOf(rest));
  if (!first.ok || !second.ok) throw new Error('not read');
  expect(second.listed.every((one, index) => one === first.listed[index + 1])).toBe(true);
  const broken = [...listOf(rest), { ...item('zoo', 'Failed'), metadata: { name: 7 } }];
  expect(await known.read(broken)).toEqual({
    ok: false,
    problem: expect.stringMatching(/^unexpected shape at items\[499\]\.metadata\.name: /),
  });
  const third = await known.read(listOf(rest));
  expect(third.ok && third.listed[0] === second.listed[0]).toBe(true);
});
