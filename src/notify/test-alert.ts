import type { Posted, PostedForm } from '../domain/news.ts';
import type { Severity } from '../domain/severity.ts';

export const TEST_FORMS = ['run', 'dag', 'anomaly'] as const;
export type TestForm = (typeof TEST_FORMS)[number];

const FORMS: Readonly<Record<TestForm, PostedForm>> = {
  run: { form: 'run', nodeId: 'test-node', durationMs: 1234 },
  dag: { form: 'dag', dagName: 'test-dag', runId: 'test-run', stepName: 'test-step', exitCode: 1 },
  anomaly: { form: 'anomaly', violations24h: 51, threshold: 50, rules: ['TEST-1', 'TEST-2'] },
};

/**
 * An alert that nobody need worry about, made as a real one is. `id` is unique for ever; `at` in milliseconds since the
 * epoch. Its origin is its own, so that no throttle holds it.
 */
export function testAlert(id: string, severity: Severity, form: TestForm, at: number): Posted {
  return {
    kind: 'posted',
    id,
    target: { source: 'test-alert', app: 'test-alert', environment: 'test' },
    severity,
    at,
    operation: 'test-alert',
    errorType: id,
    message: 'This is a test: somebody ran test-alert. Nothing is wrong.',
    origin: id,
    form: FORMS[form],
  };
}
