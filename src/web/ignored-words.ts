import type { IgnoredReason } from '../domain/batch.ts';
import type { UnknownLeadTime } from '../domain/change.ts';

/** Why an upstream row is no deployment (docs/definitions.md), in words. */
export const IGNORED_WORDS: Readonly<Record<IgnoredReason, string>> = {
  gone: 'Deleted upstream before they ended',
  event: 'Of an event that does not deploy',
  branch: 'Of another branch',
  environment: 'To an environment that is not asked for',
  filtered: 'Left out by the configuration',
  canceled: 'Cancelled before they ran',
  declined: 'Declined by a person',
  skipped: 'Skipped',
  error: 'Could not be started: the pipeline’s own configuration is wrong',
  superseded: 'Replaced by a newer run',
  killed_user: 'Stopped by a person',
  not_run: 'Ended without having run',
  workflow: 'The workflow that deploys was not among them',
  killed: 'Stopped by the server',
  no_time: 'Without a time of their end',
  expired: 'Never ended within the retention',
  dry_run: 'Dry runs',
  self_heal: 'Argo CD healing itself',
  partial: 'Syncs of single resources',
  aborted: 'Terminated by a person',
  local: 'Syncs of local manifests',
  resync: 'Syncs of what was there already',
  repeated: 'The same failure again',
  duplicate_target: 'Of a second application of the same name',
};

/** Why a change has no lead time, in words. */
export const UNKNOWN_LEAD_TIME_WORDS: Readonly<Record<UnknownLeadTime, string>> = {
  no_forge: 'No forge is configured that could be asked',
  no_commit: 'The deployment names no commit',
  no_base: 'There is no earlier deployment to compare with',
  over_limit: 'More commits than a comparison shows',
  not_found: 'The forge does not know the commit',
  forbidden: 'The forge’s token may not read the repository',
  rate_limited: 'The forge asked to be left alone',
  unavailable: 'The forge did not answer',
  negative: 'The commit is younger than its deployment',
};
