import { z } from 'zod';
import { anchoredRegex } from '../domain/anchored-regex.ts';
import { RELABEL_ACTIONS, type RelabelRule } from '../domain/relabel.ts';
import { reading, regexProblem, strict } from './setting-pieces.ts';

/** Prometheus' patterns for a label's name, and for one that may hold references such as `$1`. */
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const LABEL_TEMPLATE = /^(?:(?:[a-zA-Z_]|\$(?:\{\w+\}|\w+))+\w*)+$/;

const TARGETS = 'app, environment, team, or a temporary label that begins with __tmp';

/** `relabel_configs`: Prometheus' keys and defaults, for the actions that make sense for rows. */
export function relabelRules() {
  return z.array(relabelRule());
}

function relabelRule() {
  return strict({
    source_labels: z.array(labelName()).prefault([]),
    separator: z.string().prefault(';'),
    regex: regex().prefault('(.*)'),
    target_label: z.string().optional(),
    replacement: z.string().prefault('$1'),
    action: z.enum(RELABEL_ACTIONS).prefault('replace'),
  })
    .superRefine((rule, context) => {
      const problem = targetProblem(rule.action, rule.target_label ?? '');
      if (problem !== null) context.addIssue({ code: 'custom', path: ['target_label'], message: problem });
      if (rule.action === 'labelmap' && !LABEL_TEMPLATE.test(rule.replacement)) {
        const message = 'not the name of a label; give what a label is to be called, such as $1';
        context.addIssue({ code: 'custom', path: ['replacement'], message });
      }
    })
    .transform(
      (rule): RelabelRule => ({
        action: rule.action,
        sourceLabels: rule.source_labels,
        separator: rule.separator,
        regex: rule.regex,
        targetLabel: rule.target_label ?? '',
        replacement: rule.replacement,
      }),
    );
}

function targetProblem(action: RelabelRule['action'], target: string): string | null {
  if (action === 'keep' || action === 'drop' || action === 'labelmap') {
    return target === '' ? null : `has no meaning for the action ${action}; leave it out`;
  }
  if (target === '') return `missing; the action ${action} needs one: ${TARGETS}`;
  // Which label a reference makes is known only row by row.
  if (action === 'replace' && target.includes('$') && LABEL_TEMPLATE.test(target)) return null;
  const known = ['app', 'environment', 'team'].includes(target) || /^__tmp[a-zA-Z0-9_]*$/.test(target);
  return known ? null : `"${target}" is not a label that can be set; give ${TARGETS}`;
}

function labelName() {
  return reading('the name of a label', (text) =>
    LABEL_NAME.test(text)
      ? { ok: true, value: text }
      : { ok: false, problem: `"${text}" is not the name of a label; give letters, digits and _` },
  );
}

function regex() {
  return reading('a regular expression', (text) => {
    try {
      return { ok: true, value: anchoredRegex(text) };
    } catch (error) {
      return { ok: false, problem: regexProblem(error) };
    }
  });
}
