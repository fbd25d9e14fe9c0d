import type { Capabilities } from '../../domain/batch.ts';

/** A sink tells of errors alone; what is to blame for them is another source's deployment. */
export const CAPABILITIES: Capabilities = { kinds: ['errors'], causes: [], rework: [] };
