import type { PostedForm } from './news.ts';

/** The form that `event_data` asks for, where it has all that the form tells; null: told as any error. */
export function postedForm(data: Readonly<Record<string, unknown>>): PostedForm | null {
  switch (data['form']) {
    case 'run': {
      const { node_id: nodeId, duration_ms: durationMs } = data;
      return isName(nodeId) && isNumber(durationMs) ? { form: 'run', nodeId: String(nodeId), durationMs } : null;
    }
    case 'dag': {
      const { dag_name: dagName, run_id: runId, step_name: stepName, exit_code: exitCode } = data;
      if (!isName(dagName) || !isName(runId) || !isName(stepName) || !isNumber(exitCode)) return null;
      return { form: 'dag', dagName: String(dagName), runId: String(runId), stepName: String(stepName), exitCode };
    }
    case 'anomaly': {
      const { violations_24h: violations24h, threshold, rules = [] } = data;
      if (!isNumber(violations24h) || !isNumber(threshold) || !Array.isArray(rules) || !rules.every(isName))
        return null;
      return { form: 'anomaly', violations24h, threshold, rules: rules.map(String) };
    }
    default:
      return null;
  }
}

/** Ids may be numbers. */
function isName(value: unknown): value is string | number {
  return (typeof value === 'string' && value !== '') || isNumber(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
