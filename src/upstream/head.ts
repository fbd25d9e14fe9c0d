import type { Dispatcher } from 'undici';

/** What an answer says before its body. */
export interface Head {
  readonly status: number;
  /** Names in lower case; a header that came several times is joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
}

export function headOf({ statusCode, headers }: Dispatcher.ResponseData): Head {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { status: statusCode, headers: plain };
}

/** The upstream's time in milliseconds since the epoch; null when it does not tell or tells nonsense. */
export function dateOf({ headers }: Pick<Head, 'headers'>): number | null {
  const date = Date.parse(headers['date'] ?? '');
  return date > 0 ? date : null;
}
