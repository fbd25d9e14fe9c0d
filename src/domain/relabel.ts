export const RELABEL_ACTIONS = ['replace', 'keep', 'drop', 'hashmod', 'labelmap', 'lowercase', 'uppercase'] as const;

export type RelabelAction = (typeof RELABEL_ACTIONS)[number];

/** One step of `relabel_configs`, with Prometheus' meaning of each field. */
export interface RelabelRule {
  readonly action: RelabelAction;
  readonly sourceLabels: readonly string[];
  readonly separator: string;
  /** Matches a whole value or nothing. */
  readonly regex: RegExp;
  /** May hold `$1` in a `replace`; empty in actions that have no target. */
  readonly targetLabel: string;
  readonly replacement: string;
  /** What a `hashmod` writes for a value; null in other actions. */
  readonly partOf: ((value: string) => string) | null;
}

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * The labels after all rules, in their order, or null when a rule drops the row. Semantics of Prometheus'
 * relabelling (model/relabel/relabel.go): a missing label is empty, and a label that is set to the empty
 * value is deleted.
 */
export function relabel(
  labels: Readonly<Record<string, string>>,
  rules: readonly RelabelRule[],
): Record<string, string> | null {
  // In the order of names: where a labelmap maps two labels to one name, the last wins.
  const current = new Map(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
  for (const rule of rules) {
    if (!apply(rule, current)) return null;
  }
  return Object.fromEntries(current);
}

/** False when the row is dropped. */
function apply(rule: RelabelRule, labels: Map<string, string>): boolean {
  const value = rule.sourceLabels.map((name) => labels.get(name) ?? '').join(rule.separator);
  switch (rule.action) {
    case 'keep':
      return rule.regex.test(value);
    case 'drop':
      return !rule.regex.test(value);
    case 'replace':
      replace(rule, value, labels);
      return true;
    case 'hashmod':
      set(labels, rule.targetLabel, rule.partOf?.(value) ?? '');
      return true;
    case 'labelmap':
      for (const [name, held] of [...labels]) {
        const match = rule.regex.exec(name);
        if (match !== null) set(labels, expand(rule.replacement, match), held);
      }
      return true;
    case 'lowercase':
      set(
        labels,
        rule.targetLabel,
        mapLetters(value, (letter) => letter.toLowerCase()),
      );
      return true;
    case 'uppercase':
      set(
        labels,
        rule.targetLabel,
        mapLetters(value, (letter) => letter.toUpperCase()),
      );
      return true;
  }
}

function replace(rule: RelabelRule, value: string, labels: Map<string, string>): void {
  const match = rule.regex.exec(value);
  if (match === null) return;
  const target = expand(rule.targetLabel, match);
  if (LABEL_NAME.test(target)) set(labels, target, expand(rule.replacement, match));
}

function set(labels: Map<string, string>, name: string, value: string): void {
  if (value === '') labels.delete(name);
  else labels.set(name, value);
}

/**
 * Fills `$1`, `${1}`, `$name`, `${name}` and `$$` as Go's regexp.Expand does: a name is as long as it can be,
 * so `$1x` is the group "1x"; a group that does not exist or took no part is empty; any other `$` is itself.
 */
function expand(template: string, match: RegExpExecArray): string {
  const references = /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu;
  return template.replace(references, (_, braced?: string, bare?: string) => {
    const name = braced ?? bare;
    if (name === undefined) return '$';
    if (/^(?:0|[1-9][0-9]*)$/.test(name)) return match[Number(name)] ?? '';
    return match.groups?.[name] ?? '';
  });
}

/** Go maps each letter by itself: "ß" has no single capital letter and stays, "Σ" becomes "σ" also at a word's end. */
function mapLetters(text: string, map: (letter: string) => string): string {
  let mapped = '';
  for (const letter of text) {
    const other = map(letter);
    mapped += [...other].length === 1 ? other : letter;
  }
  return mapped;
}
