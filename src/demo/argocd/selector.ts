/** Whether labels are selected. */
export type Selects = (labels: Readonly<Record<string, string>>) => boolean;

const KEY = '[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?';
const VALUE = '[A-Za-z0-9._-]*';
const EQUALITY = new RegExp(`^(${KEY})\\s*(=|==|!=)\\s*(${VALUE})$`);
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const EXISTENCE = new RegExp(`^(!?)\\s*(${KEY})$`);

/** Reads a label selector of Kubernetes; null where it cannot be read. An empty one selects everything. */
export function parseSelector(text: string): Selects | null {
  const requirements: Selects[] = [];
  // Commas between parentheses belong to a set.
  for (const part of text.split(/,(?![^(]*\))/)) {
    const requirement = text.trim() === '' ? () => true : parseRequirement(part.trim());
    if (requirement === null) return null;
    requirements.push(requirement);
  }
  return (labels) => requirements.every((requirement) => requirement(labels));
}

function parseRequirement(text: string): Selects | null {
  const equality = EQUALITY.exec(text);
  if (equality !== null) return among(equality[1] ?? '', equality[2] === '!=', [equality[3] ?? '']);
  const set = SET.exec(text);
  if (set !== null) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim());
    return among(set[1] ?? '', set[2] === 'notin', values);
  }
  const existence = EXISTENCE.exec(text);
  if (existence === null) return null;
  const [, negation, key = ''] = existence;
  return (labels) => key in labels === (negation === '');
}

/** A label that is missing is not among anything, so the negation selects it. */
function among(key: string, negated: boolean, values: readonly string[]): Selects {
  return (labels) => values.includes(labels[key] ?? '\n') !== negated;
}
