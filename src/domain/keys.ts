import { counted } from './counted.ts';
import type { TimeStatistics } from './quantile.ts';
import type { WindowKeys } from './windows.ts';

/** The five keys of DORA, by the names under which people ask for them. */
export const KEY_NAMES = [
  'deployment_frequency',
  'lead_time',
  'change_failure_rate',
  'recovery_time',
  'rework_rate',
] as const;

export type KeyName = (typeof KEY_NAMES)[number];

/** What one key says of a window, and why it says nothing. */
export interface KeyValue {
  /** How many rows it rests on: deployments, changes or spans of failing. */
  readonly samples: number;
  /** Deployments a day, or a share from 0 to 1; null where the key is a time, and where it is absent. */
  readonly value: number | null;
  /** In milliseconds; null where the key is no time. */
  readonly times: TimeStatistics | null;
  /** Why there is no value, in words; null: there is one. */
  readonly absent: string | null;
}

const DAY_MS = 86_400_000;

/** The five keys of a window `windowMs` long, each with the reason why it is absent where it is. */
export function keyValues(keys: WindowKeys, windowMs: number, minSamples: number): Readonly<Record<KeyName, KeyValue>> {
  return {
    deployment_frequency: {
      samples: keys.deployments,
      value: keys.deployments / (windowMs / DAY_MS),
      times: null,
      absent: null,
    },
    lead_time: timeKey(keys.leadTime, keys.awaitsLeadTimes ? awaited(keys.leadTime) : NO_CHANGE),
    change_failure_rate: ratioKey(keys.changeFailureRatio, keys.ratioDeployments, minSamples),
    recovery_time: timeKey(keys.recovery, 'no failure of a deployment ended in the window'),
    rework_rate: ratioKey(keys.reworkRatio, keys.ratioDeployments, minSamples),
  };
}

const NO_CHANGE = 'no change with a known lead time was deployed in the window';

function awaited({ count }: TimeStatistics): string {
  return `commits that the first read of history brought are still looked up: ${counted(count, 'lead time')} known so far`;
}

function timeKey(times: TimeStatistics, none: string): KeyValue {
  return { samples: times.count, value: null, times, absent: times.mean === null ? none : null };
}

function ratioKey(value: number | null, samples: number, minSamples: number): KeyValue {
  const few = `${counted(samples, 'deployment')} whose failures could be seen: fewer than min_samples, ${Math.max(1, minSamples)}`;
  return { samples, value, times: null, absent: value === null ? few : null };
}
