import { type Reading, reading, readingOrNone } from './setting-pieces.ts';

const RIGHT = 'an address such as https://ci.example.org';

/** The address of a server, without a slash at its end: paths are appended to it. */
export function baseUrl() {
  return reading(RIGHT, readBaseUrl);
}

/** The same, where an empty text means none. */
export function baseUrlOrNone() {
  return readingOrNone(RIGHT, readBaseUrl);
}

/** The text is never shown in a problem: it may hold a password. */
function readBaseUrl(text: string): Reading<string> {
  const url = URL.parse(text);
  if (url === null || !/^https?:\/\//i.test(text)) return refuse('not an http or https address');
  if (url.username !== '' || url.password !== '') return refuse('has credentials in it, which come from files');
  if (/[?#]/.test(text)) return refuse('has a query or a fragment');
  return { ok: true, value: (url.origin + url.pathname).replace(/\/+$/, '') };
}

function refuse(why: string): Reading<string> {
  return { ok: false, problem: `${why}; give ${RIGHT}` };
}
