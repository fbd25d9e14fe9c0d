import type { Context } from 'hono';
import type { Life } from './ports.ts';

/** `/-/healthy`: whoever reads this knows that the process runs and its event loop turns; nothing else is asked. */
export function healthy(c: Context): Response {
  return c.text('healthy\n');
}

/** `/-/ready`: whether traffic should come here. An upstream that is down is no reason. */
export function ready(c: Context, life: Life): Response {
  const state = life.ready();
  return state.ready ? c.text('ready\n') : c.text(`not ready: ${state.why}\n`, 503);
}
