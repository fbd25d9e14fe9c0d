import type { Family } from './family.ts';
import { PROGRAM_FAMILIES } from './program-families.ts';
import { TARGET_FAMILIES } from './target-families.ts';
import { TEAM_FAMILIES } from './team-families.ts';

/** The one table of all families, in the order of the page. */
export const CATALOGUE: readonly Family[] = [...TARGET_FAMILIES, ...TEAM_FAMILIES, ...PROGRAM_FAMILIES];
