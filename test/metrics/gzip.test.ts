import { text } from 'node:stream/consumers';
import { crc32, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineCrc32, crc32Shift } from '../../src/metrics/crc32-combine.ts';
import { joinPacked, pack } from '../../src/metrics/gzip.ts';
import { deployed, OPEN_METRICS, ofTargets, open } from './support.ts';

/** Decompresses as browsers do: an error where anything follows the first member. */
async function oneMember(chunks: Iterable<Uint8Array>): Promise<string> {
  const stream = new DecompressionStream('gzip');
  const writer = stream.writable.getWriter();
  const written = writer.write(Buffer.concat([...chunks])).then(() => writer.close());
  const [body] = await Promise.all([text(stream.readable), written]);
  return body;
}

describe('gzip in pieces', () => {
  it('gives back all pieces in order, as one member', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'binary', maxLength: 2000 }), { maxLength: 8 }), async (texts) => {
        const chunks = joinPacked(texts.map((text) => pack(Buffer.from(text))));
        const whole = Buffer.concat(texts.map((text) => Buffer.from(text)));
        expect(gunzipSync(Buffer.concat(chunks)).equals(whole)).toBe(true);
        expect(await oneMember(chunks)).toBe(whole.toString());
      }),
    );
  });

  it('combines checksums as if the texts were one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.uint8Array({ maxLength: 5000 }), (first, second) => {
        const combined = combineCrc32(crc32(first), crc32(second), crc32Shift(second.length));
        expect(combined).toBe(crc32(Buffer.concat([first, second])));
      }),
    );
  });
});

describe('a scrape', () => {
  const targets = Array.from({ length: 100 }, (_, index) => deployed(index, { id: index + 1, app: `app-${index}` }));

  it.each([null, OPEN_METRICS])('compressed has the very body of the plain one (%s)', async (accept) => {
    const metrics = open({ projections: targets });
    const plain = await metrics.scrape({ accept, acceptEncoding: null });
    const packed = await metrics.scrape({ accept, acceptEncoding: 'gzip' });
    expect([plain.encoding, packed.encoding]).toEqual([null, 'gzip']);
    expect(packed.contentType).toBe(plain.contentType);
    expect(ofTargets(await oneMember(packed.chunks))).toBe(ofTargets(Buffer.concat(plain.chunks).toString()));
    for (const { chunks, length } of [plain, packed]) expect(Buffer.concat(chunks)).toHaveLength(length);
    expect(packed.length).toBeLessThan(plain.length / 5);
  });

  it('says which format it is in', async () => {
    const contentType = async (accept: string | null) =>
      (await open().scrape({ accept, acceptEncoding: null })).contentType;
    expect(await contentType(null)).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await contentType(OPEN_METRICS)).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  });
});
