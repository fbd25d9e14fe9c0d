import type { IncidentKind } from '../domain/deployment.ts';
import type { IncidentRecord } from '../ledger/records.ts';

/** What an incident is about. */
export const KIND_WORDS: Readonly<Record<IncidentKind, string>> = {
  deployment: 'A deployment failed',
  degraded: 'Unhealthy (Degraded)',
  errors: 'Too many errors',
};

/** How an incident ended. */
export const END_WORDS: Readonly<Record<Exclude<IncidentRecord['state'], 'open'>, string>> = {
  recovered: 'Recovered',
  resolved: 'Ended by a person',
  withdrawn: 'Withdrawn: the change was taken back',
  abandoned: 'Abandoned: the app is no longer there',
  expired: 'Expired: open for too long, nothing is known of its end',
};
