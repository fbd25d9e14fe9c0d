import { type ReadFlags, textOf, type Values, wrong } from './command-flags.ts';

const SEVERITIES = ['critical', 'warning', 'info'] as const;
const FORMS = ['run', 'dag', 'anomaly'] as const;

/** What `test-alert` is to send. */
export interface TestAlertFlags {
  readonly configFile: string | null;
  readonly severity: (typeof SEVERITIES)[number];
  readonly form: (typeof FORMS)[number];
}

export const TEST_ALERT_FLAGS = ['config.file', 'severity', 'form'] as const;

/** Reads the flags of `test-alert`; a sentence where they are not right. */
export function readTestAlertFlags(values: Values): ReadFlags<TestAlertFlags> {
  const given = { severity: textOf(values, 'severity') ?? 'critical', form: textOf(values, 'form') ?? 'run' };
  const severity = SEVERITIES.find((known) => known === given.severity);
  if (severity === undefined) return unknown('severity', given.severity, SEVERITIES);
  const form = FORMS.find((known) => known === given.form);
  if (form === undefined) return unknown('form', given.form, FORMS);
  return { ok: true, flags: { configFile: textOf(values, 'config.file'), severity, form } };
}

function unknown(flag: string, given: string, known: readonly string[]): ReturnType<typeof wrong> {
  return wrong(`--${flag}: "${given}" is not right; give one of ${known.join(', ')}`);
}
