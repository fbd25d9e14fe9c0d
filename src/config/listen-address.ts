import { isIPv6 } from 'node:net';
import { type Reading, reading } from '../sources/setting-pieces.ts';

export interface ListenAddress {
  /** Null: all of this machine's addresses. */
  readonly host: string | null;
  /** 0: one that is free. */
  readonly port: number;
}

const RIGHT = 'an address to listen on, such as :3672, 127.0.0.1:3672 or [::1]:3672';

/** Reads `:3672`, `127.0.0.1:0`, `localhost:3672` or `[::1]:3672`. */
export function readListenAddress(text: string): Reading<ListenAddress> {
  const found = /^(?:\[([^\]]+)\]|([^[\]:/\s]*)):([0-9]{1,5})$/.exec(text);
  const port = Number(found?.[3]);
  if (found === null || port > 65535 || (found[1] !== undefined && !isIPv6(found[1]))) {
    return { ok: false, problem: `"${text}" is not right; give ${RIGHT}` };
  }
  return { ok: true, value: { host: found[1] ?? (found[2] || null), port } };
}

export function listenAddress() {
  return reading(RIGHT, readListenAddress);
}
