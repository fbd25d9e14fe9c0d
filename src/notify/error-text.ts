import type { EventFacts } from '../domain/transition.ts';

/** Facts that place an event and say nothing of what went wrong. */
const NO_ERROR = ['severity', 'beginning', 'event', 'branch', 'deploy_to', 'deploy_task'];

/** What the upstream said went wrong; null where it said nothing. */
export function errorOf(facts: EventFacts | null): string | null {
  if (facts === null) return null;
  const { message, step, status } = facts.details;
  if (message !== undefined) return String(message);
  return step === undefined ? (status === undefined ? null : String(status)) : stepOf(facts);
}

/** The step that failed, and how; null where the upstream names none. */
export function stepOf(facts: EventFacts | null): string | null {
  const { step, exit_code: code } = facts?.details ?? {};
  if (step === undefined) return null;
  return code === undefined ? `step ${step}` : `step ${step} exit ${code}`;
}

/** All that a rule of the sink said of an incident that it opened, in words. */
export function measureOf(facts: EventFacts | null): string | null {
  const told = Object.entries(facts?.details ?? {}).filter(([name]) => !NO_ERROR.includes(name));
  return told.length === 0 ? null : told.map(([name, value]) => `${name}: ${value}`).join(', ');
}
