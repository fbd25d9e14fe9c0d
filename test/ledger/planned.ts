import type { Batch } from '../../src/domain/batch.ts';
import { batch, failure, success } from './support.ts';

/** Many batches, each with a failure that opens an incident and the success that closes the one before it. */
export function planned(): Batch[] {
  return Array.from({ length: 2000 }, (_, number) =>
    batch([success(2 * number), failure(2 * number + 1)], { state: new Map([['last', number]]) }),
  );
}
