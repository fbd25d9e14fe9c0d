import { describe, expect, it } from 'vitest';
import { parseByteSize } from '../../src/domain/byte-size.ts';

describe('a size', () => {
  it.each([
    ['0B', 0],
    ['512B', 512],
    ['64KiB', 65_536],
    ['64MiB', 67_108_864],
    ['1GiB', 1_073_741_824],
  ])('%s is %i bytes', (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes);
  });

  it.each(['', '64', '64MB', '64M', '1.5MiB', '-1B', '64 MiB', '64mib', '99999999999GiB'])(
    'does not take %j',
    (text) => {
      expect(parseByteSize(text)).toBeNull();
    },
  );
});
