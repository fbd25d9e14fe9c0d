import type { html } from 'hono/html';

/** Markup in which everything foreign is escaped. */
export type Html = ReturnType<typeof html>;
