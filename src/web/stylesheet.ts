import { readFileSync } from 'node:fs';

/** The one stylesheet of the pages; read once, at start. */
export const STATUS_CSS = readFileSync(new URL('./status.css', import.meta.url), 'utf8');
