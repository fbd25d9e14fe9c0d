import type { Head } from './head.ts';
import type { Trouble } from './upstream.ts';

/** What is wrong with an answer by its status and headers alone, or null when its body of that type is worth reading. */
export function judgeHead({ status, headers }: Head, url: URL, maxBodyBytes: number, wanted: string): Trouble | null {
  if (status === 401) return { reason: 'unauthorized', detail: '401, the token is missing, wrong or no longer valid' };
  if (status === 403) return { reason: 'forbidden', detail: '403, the token may not read this' };
  if (status === 404) return { reason: 'not_found', detail: '404' };
  if (status === 429) return { reason: 'rate_limited', detail: '429, too many requests' };
  if (status >= 500) return { reason: 'server_error', detail: String(status) };
  if (status >= 300 && status < 400) return { reason: 'bad_response', detail: redirect(status, headers, url) };
  if (status !== 200) return { reason: 'bad_response', detail: `${status}, expected 200` };

  const mediaType = mediaTypeOf({ headers });
  if (mediaType !== wanted) {
    // Single-page applications answer every unknown path with their HTML.
    const found = mediaType === undefined ? 'without a content type' : mediaType.slice(0, 50);
    return { reason: 'bad_response', detail: `200 ${found}, expected ${wanted}; is the base path right?` };
  }
  if (Number(headers['content-length'] ?? 0) > maxBodyBytes) return tooLarge(maxBodyBytes);
  return null;
}

/** Without parameters, in lower case; undefined where none is told. */
export function mediaTypeOf({ headers }: Pick<Head, 'headers'>): string | undefined {
  return headers['content-type']?.split(';')[0]?.trim().toLowerCase();
}

export function tooLarge(maxBodyBytes: number): Trouble {
  return { reason: 'too_large', detail: `the body is larger than ${maxBodyBytes} bytes (max_body)` };
}

/** Redirects are not followed, so that a token stays where it was meant to go. A query may hold a secret: not shown. */
function redirect(status: number, headers: Head['headers'], url: URL): string {
  const target = headers['location'] === undefined ? null : URL.parse(headers['location'], url);
  const to = target === null ? '' : ` to ${target.host}${target.pathname.slice(0, 100)}`;
  return `${status}, redirects${to}, which is not followed; is the url right?`;
}
