import type { Pipeline } from './model.ts';
import { isAtLeast, type Version } from './version.ts';

/**
 * Reads the filters of a list of pipelines; null where the server would answer 400. 2.x knows `before` and `after`
 * alone and ignores the others silently.
 */
export function pipelineFilter(query: URLSearchParams, version: Version): ((pipeline: Pipeline) => boolean) | null {
  const before = seconds(query.get('before'));
  const after = seconds(query.get('after'));
  if (before === null || after === null) return null;
  // Both are strict, and 0 is no filter.
  const inTime = (row: Pipeline) => (before === 0 || row.created < before) && (after === 0 || row.created > after);
  if (version.major < 3) return inTime;

  const event = query.get('event') ?? '';
  const events = event === '' ? [] : event.split(',');
  if (events.some((event) => !knownEvents(version).includes(event))) return null;
  const status = query.get('status') ?? '';
  if (status !== '' && !knownStatuses(version).includes(status)) return null;
  const branch = query.get('branch') ?? '';
  const ref = query.get('ref') ?? '';
  return (row) =>
    inTime(row) &&
    (events.length === 0 || events.includes(row.event)) &&
    (status === '' || row.status === status) &&
    (branch === '' || row.branch === branch) &&
    row.ref.includes(ref);
}

/** Unix seconds of an RFC 3339 time, fractions cut off; 0 when there is none, null when it is none. */
function seconds(text: string | null): number | null {
  if (text === null || text === '') return 0;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : Math.floor(ms / 1000);
}

function knownEvents(version: Version): readonly string[] {
  const events = ['push', 'pull_request', 'pull_request_closed', 'tag', 'release', 'deployment', 'cron', 'manual'];
  return isAtLeast(version, 3, 10) ? [...events, 'pull_request_metadata'] : events;
}

function knownStatuses(version: Version): readonly string[] {
  const statuses = ['skipped', 'pending', 'running', 'success', 'failure', 'killed', 'error', 'blocked', 'declined'];
  return isAtLeast(version, 3, 14) ? [...statuses, 'created', 'canceled'] : [...statuses, 'created'];
}
