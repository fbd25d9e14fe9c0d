import { z } from 'zod';
import { anchoredRegex } from '../domain/anchored-regex.ts';
import { RELABEL_ACTIONS, type RelabelAction, type RelabelRule } from '../domain/relabel.ts';
import { hashModulo } from './hash-modulo.ts';
import { count, reading, regexProblem, strict } from './setting-pieces.ts';

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** The name of a label, in which references such as `$1` and `${1}` may stand. */
const LABEL_TEMPLATE = /^(?:[a-zA-Z_]|\$\w|\$\{\w+\})(?:\w|\$\w|\$\{\w+\})*$/;

const TARGETS = 'app, environment, team, or a temporary label that begins with __tmp';

/** Prometheus' defaults. */
const DEFAULTS = { source_labels: [], separator: ';', regex: '(.*)', replacement: '$1' };

/** Keys without a meaning for an action: unless they say the default, they are refused rather than ignored. */
const UNUSED = {
  replace: ['modulus'],
  keep: ['target_label', 'replacement', 'modulus'],
  drop: ['target_label', 'replacement', 'modulus'],
  hashmod: ['regex', 'replacement'],
  labelmap: ['source_labels', 'separator', 'target_label', 'modulus'],
  lowercase: ['regex', 'replacement', 'modulus'],
  uppercase: ['regex', 'replacement', 'modulus'],
} as const satisfies Record<RelabelAction, readonly (keyof Keys)[]>;

type Keys = z.output<ReturnType<typeof ruleKeys>>;

/** `relabel_configs`: Prometheus' keys and defaults, for the actions that make sense for rows. */
export function relabelRules() {
  const rule = ruleKeys()
    .superRefine(checkRule)
    .transform(
      (keys): RelabelRule => ({
        action: keys.action,
        sourceLabels: keys.source_labels,
        separator: keys.separator,
        regex: keys.regex,
        targetLabel: keys.target_label ?? '',
        replacement: keys.replacement,
        partOf: partOf(keys),
      }),
    );
  return z.array(rule);
}

function partOf({ modulus }: Keys): RelabelRule['partOf'] {
  return modulus === undefined ? null : (value) => hashModulo(value, modulus);
}

function ruleKeys() {
  return strict({
    source_labels: z
      .array(labelName())
      .prefault(DEFAULTS.source_labels)
      .describe('labels whose values are joined; a missing one is empty'),
    separator: z.string().prefault(DEFAULTS.separator).describe('what joins them'),
    regex: regex().prefault(DEFAULTS.regex).describe('matches the whole joined value'),
    target_label: z
      .string()
      .optional()
      .describe('what `replace`, `hashmod`, `lowercase` and `uppercase` set; required by them'),
    replacement: z
      .string()
      .prefault(DEFAULTS.replacement)
      .describe('what `replace` sets it to; with `labelmap`, the new name'),
    modulus: count(1).optional().describe('with `hashmod`, the number of parts; required by it'),
    // In upper or lower case, as in Prometheus.
    action: z
      .string()
      .toLowerCase()
      .pipe(z.enum(RELABEL_ACTIONS))
      .prefault('replace')
      .describe('what is done; in upper or lower case'),
  });
}

function checkRule(keys: Keys, context: z.RefinementCtx): void {
  const { action, replacement, target_label: target } = keys;
  const report = (key: keyof Keys, message: string) => context.addIssue({ code: 'custom', path: [key], message });

  const defaults = { ...DEFAULTS, regex: anchoredRegex(DEFAULTS.regex), target_label: undefined, modulus: undefined };
  for (const key of UNUSED[action]) {
    const isDefault = String(keys[key]) === String(defaults[key]);
    if (!isDefault) report(key, `has no meaning for the action ${action}; leave it out`);
  }
  const sets = action !== 'keep' && action !== 'drop' && action !== 'labelmap';
  const problem = sets ? targetProblem(action, target) : null;
  if (problem !== null) report('target_label', problem);
  if (action === 'hashmod' && keys.modulus === undefined) {
    report('modulus', 'missing; the action hashmod needs the number of parts, such as 2');
  }
  if (action === 'labelmap' && !LABEL_TEMPLATE.test(replacement)) {
    report('replacement', 'not the name of a label; give what a label is to be called, such as $1');
  }
}

function targetProblem(action: RelabelAction, target = ''): string | null {
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
