/** An RFC 3339 time in UTC from milliseconds since the epoch; null stays null. */
export function time(at: number): string;
export function time(at: number | null): string | null;
export function time(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** Seconds from milliseconds; null stays null. */
export function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}

/** Where a record is found: under `external_url` where one is configured, else the path alone. */
export function recordUrl(base: string, kind: 'deployments' | 'incidents', id: number): string {
  return `${base}/api/v1/${kind}/${id}`;
}
