/** What the server says to one request, before the headers that all answers share. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Held back for so many milliseconds, as the real server does when it throttles. */
  readonly delayMs?: number;
}

export function ok(value: unknown): Answer {
  return { status: 200, headers: {}, body: JSON.stringify(value) };
}

/** A refusal in the form that the specification gives all of them. */
export function refusal(
  status: number,
  errcode: string,
  error: string,
  more: Readonly<Record<string, unknown>> = {},
): Answer {
  return { status, headers: {}, body: JSON.stringify({ errcode, error, ...more }) };
}

export function unrecognized(status: 404 | 405): Answer {
  return refusal(status, 'M_UNRECOGNIZED', 'Unrecognized request');
}

export function notFound(what: string): Answer {
  return refusal(404, 'M_NOT_FOUND', what);
}

export function forbidden(why: string): Answer {
  return refusal(403, 'M_FORBIDDEN', why);
}

export function notInRoom(user: string, room: string): Answer {
  return forbidden(`User ${user} not in room ${room}`);
}

/** `Retry-After` is the same wait, rounded up to seconds. The answer itself takes half a second. */
export function tooManyRequests(retryAfterMs: number, delayMs: number): Answer {
  const told = refusal(429, 'M_LIMIT_EXCEEDED', 'Too Many Requests', { retry_after_ms: retryAfterMs });
  return { ...told, headers: { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) }, delayMs };
}
