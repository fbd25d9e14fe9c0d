import { readFileSync } from 'node:fs';

/** The version that this program was released as. */
export const VERSION: string = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

/** What upstreams see in their logs. */
export const USER_AGENT = `dora-exporter/${VERSION}`;
