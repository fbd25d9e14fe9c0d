import type { Answer } from '../woodpecker/answer.ts';

/** The gRPC codes with which the server refuses, and the HTTP status that each becomes. */
const REFUSALS = {
  unknown: { code: 2, status: 500 },
  invalid_argument: { code: 3, status: 400 },
  not_found: { code: 5, status: 404 },
  permission_denied: { code: 7, status: 403 },
  resource_exhausted: { code: 8, status: 429 },
  unavailable: { code: 14, status: 503 },
  unauthenticated: { code: 16, status: 401 },
} as const;

/** The server compresses, and says so, whatever has passed its outermost layers. */
const VARY = { Vary: 'Accept-Encoding' };
const PLAIN = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };

export function ok(value: unknown): Answer {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json', 'Grpc-Metadata-Content-Type': 'application/grpc', ...VARY },
    body: JSON.stringify(value),
  };
}

export function refusal(kind: keyof typeof REFUSALS, message: string): Answer {
  const { code, status } = REFUSALS[kind];
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...VARY },
    body: JSON.stringify({ error: message, code, message }),
  };
}

/** For an application that is missing and for one that may not be read alike. */
export function denied(): Answer {
  return refusal('permission_denied', 'permission denied');
}

/** A path below /api that leads nowhere. */
export function noRoute(): Answer {
  return { status: 404, headers: { ...PLAIN, ...VARY }, body: 'Not Found\n' };
}

/** The web interface, of a server that has one. */
export function page(): Answer {
  const body =
    '<!doctype html><html><head><title>Argo CD</title></head><body>This Argo CD is simulated: it has the API alone. A real one shows the application here.</body></html>\n';
  return { status: 200, headers: { 'Content-Type': 'text/html; charset=utf-8', ...VARY }, body };
}

/** Any other path that leads nowhere: the web interface has no such page. */
export function noPage(): Answer {
  const headers = {
    'Content-Security-Policy': "frame-ancestors 'self';",
    'X-Frame-Options': 'sameorigin',
    'X-Xss-Protection': '1',
  };
  return { ...outsideBasePath(), headers: { ...headers, ...PLAIN, ...VARY } };
}

/** What stands outside `--rootpath`. */
export function outsideBasePath(): Answer {
  return { status: 404, headers: PLAIN, body: '404 page not found\n' };
}

export function wrongMethod(): Answer {
  return { status: 405, headers: { ...PLAIN, ...VARY }, body: 'Method Not Allowed\n' };
}

/** To whatever is no GET and does not call itself JSON, a HEAD too. */
export function wrongContentType(): Answer {
  return { status: 415, headers: PLAIN, body: 'Invalid content type\n' };
}

/** What plain HTTP hears of a server that speaks TLS. */
export function redirect(location: string): Answer {
  return {
    status: 307,
    headers: { 'Content-Type': 'text/html; charset=utf-8', Location: location },
    body: `<a href="${location}">Temporary Redirect</a>.\n\n`,
  };
}

export function health(isWell: boolean): Answer {
  if (!isWell) return { status: 503, headers: {}, body: '' };
  return { status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: 'ok\n' };
}
