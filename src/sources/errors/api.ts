import { naiveTime } from '../../domain/naive-time.ts';
import type { Answer, Failure, Upstream } from '../../upstream/upstream.ts';
import { bySubsystem } from './schema.ts';

const PATH = '/api/analytics/errors/by-subsystem';
const HOUR_MS = 3_600_000;

/** What a sink counted over one window. */
export interface Counts {
  /** Events by subsystem. */
  readonly bySubsystem: ReadonlyMap<string, number>;
  /** When it counted them, in milliseconds since the epoch: its own word, else the time of the answer. */
  readonly at: number;
}

/** Asks for the errors of a window, which is of whole hours: the API reads anything else as 24 hours, silently. */
export async function countsOver(upstream: Upstream, windowMs: number, stop: AbortSignal): Promise<Answer<Counts>> {
  const path = `${PATH}?window=${windowMs / HOUR_MS}h`;
  const answer = await upstream.get(path, bySubsystem, stop);
  if (!answer.ok) return { ok: false, failure: explained(answer.failure) };
  const { value, date } = answer;
  const effective = value.effective_window_seconds;
  if (effective !== undefined && effective * 1000 !== windowMs) {
    const detail = `GET ${path}: it counted over ${effective} s instead of ${windowMs / 1000} s; give a window that it keeps`;
    return { ok: false, failure: { reason: 'bad_response', detail, status: 200, retryAfterMs: null } };
  }
  const counts = new Map<string, number>();
  for (const { subsystem, count } of value.by_subsystem) counts.set(subsystem, (counts.get(subsystem) ?? 0) + count);
  const generated = value.generated_at == null ? null : naiveTime(value.generated_at);
  return { ...answer, value: { bySubsystem: counts, at: generated ?? date } };
}

/** Sinks of this kind refuse whole classes of callers, and what is refused must not look like no errors. */
function explained(failure: Failure): Failure {
  if (failure.reason !== 'forbidden') return failure;
  const hint = 'the sink shows its errors to administrators of the workspace alone, and may refuse API keys altogether';
  return { ...failure, detail: `${failure.detail}; ${hint}` };
}
