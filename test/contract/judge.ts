import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import type { Series } from './series.ts';

/** The labels that an expression's series have; null where that depends on what matches. Of a scalar: none. */
type Labels = ReadonlySet<string> | null;

/** What became of judging a query. */
export interface Judged {
  /** Empty if it can give data, one sentence each if not. */
  readonly problems: readonly string[];
  /** What it selects. */
  readonly names: readonly string[];
  /** Of what it gives. */
  readonly labels: Labels;
}

const OF_COUNTERS = new Set(['rate', 'irate', 'increase', 'resets']);
const OF_GAUGES = new Set(['delta', 'idelta', 'deriv', 'predict_linear']);
const KEEPING = new Set(['topk', 'bottomk', 'limitk', 'limit_ratio']);
const SET_OPERATORS = new Set(['And', 'Or', 'Unless']);
const NUMBERS = new Set(['NumberDurationLiteral', 'StringLiteral']);
/** Functions that give a number, or one series without labels. */
const WITHOUT_LABELS = new Set(['time', 'vector', 'scalar', 'pi']);

/**
 * Judges a query by the series that there are: whether it parses, each name is known, each label is one of what it is asked of,
 * each function takes the type it is given, and both sides of an operator can match at all.
 */
export function judge(query: string, known: ReadonlyMap<string, Series>): Judged {
  const problems: string[] = [];
  const names: string[] = [];
  const text = ({ from, to }: SyntaxNode) => query.slice(from, to);

  function labelsOf(node: SyntaxNode): Labels {
    switch (node.name) {
      case 'VectorSelector':
        return selected(node);
      case 'AggregateExpr':
        return aggregated(node);
      case 'FunctionCall':
        return called(node);
      case 'BinaryExpr':
        return combined(node);
      default: {
        const inner = operands(node)[0];
        return inner === undefined ? new Set() : labelsOf(inner);
      }
    }
  }

  function selected(node: SyntaxNode): Labels {
    const name = /^[\w:]*/.exec(text(node))?.[0] ?? '';
    const asked = all(node, 'UnquotedLabelMatcher').map((matcher) => text(firstOf(matcher, 'LabelName')));
    if (name === '') return null;
    names.push(name);
    const series = known.get(name);
    if (series === undefined) {
      problems.push(`${name} does not exist`);
      return null;
    }
    for (const label of asked) if (!series.labels.has(label)) problems.push(`${name} has no label ${label}`);
    return series.labels;
  }

  function aggregated(node: SyntaxNode): Labels {
    const operation = text(firstOf(node, 'AggregateOp')).toLowerCase();
    const inner = labelsOf(operands(firstOf(node, 'FunctionCallBody')).at(-1) ?? node);
    const modifier = node.getChild('AggregateModifier');
    if (KEEPING.has(operation)) return inner;
    if (modifier === null) return new Set();
    const named = grouping(modifier);
    for (const label of named) if (inner?.has(label) === false) problems.push(`no label ${label} in ${text(node)}`);
    if (modifier.getChild('By') !== null) return new Set(named);
    return inner === null ? null : minus(inner, named);
  }

  function called(node: SyntaxNode): Labels {
    const name = text(firstOf(node, 'FunctionIdentifier'));
    const given = operands(firstOf(node, 'FunctionCallBody'));
    const vector = given.find((each) => !NUMBERS.has(each.name));
    const selectors = vector === undefined ? [] : all(vector, 'VectorSelector');
    const types = selectors.map((each) => known.get(/^[\w:]*/.exec(text(each))?.[0] ?? '')?.type);
    const shown = text(node);
    if (OF_COUNTERS.has(name) && types.includes('gauge')) problems.push(`${name} of a gauge: ${shown}`);
    if (OF_GAUGES.has(name) && types.some((type) => type !== 'gauge')) problems.push(`${name} of a counter: ${shown}`);
    const inner = vector === undefined ? new Set<string>() : labelsOf(vector);
    if (name === 'histogram_quantile') {
      if (types.some((type) => type !== 'bucket')) problems.push(`${name} of what are no buckets: ${shown}`);
      if (inner?.has('le') === false) problems.push(`${name} without le: ${shown}`);
      return inner === null ? null : minus(inner, ['le']);
    }
    if (name === 'label_replace' || name === 'label_join') {
      const made = text(given[1] ?? node).slice(1, -1);
      return inner === null ? null : new Set([...inner, made]);
    }
    return WITHOUT_LABELS.has(name) || name === 'absent' ? new Set() : inner;
  }

  function combined(node: SyntaxNode): Labels {
    const [left, right] = operands(node);
    if (left === undefined || right === undefined) return null;
    const [of, other] = [labelsOf(left), labelsOf(right)];
    if (isScalar(left)) return other;
    if (isScalar(right)) return of;
    const clause = node.getChild('MatchingModifierClause');
    const isOn = clause !== null && clause.getChild('On') !== null;
    const named = clause?.getChild('On') || clause?.getChild('Ignoring') ? grouping(clause) : [];
    const isSet = [...SET_OPERATORS].some((operator) => node.getChild(operator) !== null);
    if (of === null || other === null) return isSet ? of : null;
    if (isOn) {
      for (const label of named)
        if (!of.has(label) || !other.has(label)) problems.push(`not on both sides: ${label} of ${text(node)}`);
    } else if (node.getChild('Or') === null) {
      const [mine, theirs] = [minus(of, named), minus(other, named)];
      const lone = [...mine.symmetricDifference(theirs)];
      if (lone.length > 0) problems.push(`on one side only: ${lone.join(', ')} of ${text(node)}`);
    }
    if (node.getChild('Or') !== null) return of.union(other);
    if (isSet) return of;
    const grouped = clause?.getChild('GroupLeft') ?? clause?.getChild('GroupRight') ?? null;
    if (grouped !== null) {
      const many = clause?.getChild('GroupRight') ? other : of;
      return new Set([...many, ...(clause?.getChildren('GroupingLabels').slice(1) ?? []).flatMap(namesIn)]);
    }
    return isOn ? new Set(named) : minus(of, named);
  }

  function grouping(node: SyntaxNode): readonly string[] {
    const labels = node.getChild('GroupingLabels');
    return labels === null ? [] : namesIn(labels);
  }

  function namesIn(node: SyntaxNode): readonly string[] {
    return node.getChildren('LabelName').map(text);
  }

  const tree = parser.parse(query);
  tree.iterate({
    enter: ({ node }) => {
      if (node.type.isError) problems.push(`does not parse: ${query}`);
    },
  });
  const labels = problems.length > 0 ? null : labelsOf(tree.topNode);
  return { problems, names, labels };
}

const EXPRESSIONS = new Set([
  ...['VectorSelector', 'MatrixSelector', 'SubqueryExpr', 'OffsetExpr', 'StepInvariantExpr'],
  ...['AggregateExpr', 'FunctionCall', 'BinaryExpr', 'ParenExpr', 'UnaryExpr', ...NUMBERS],
]);

/** The expressions right below a node. */
function operands(node: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    if (EXPRESSIONS.has(child.name)) found.push(child);
  return found;
}

/** Every node of a name, at any depth. */
function all(node: SyntaxNode, name: string): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  node.cursor().iterate((at) => {
    if (at.name === name) found.push(at.node);
  });
  return found;
}

function firstOf(node: SyntaxNode, name: string): SyntaxNode {
  const child = node.getChild(name);
  if (child === null) throw new Error(`${node.name} without ${name}`);
  return child;
}

/** Functions that give a number, as the parser calls them. */
const SCALARS = ['Time', 'Scalar', 'Pi'];

/** Whether it is a number, whatever is calculated with it. */
function isScalar(node: SyntaxNode): boolean {
  if (NUMBERS.has(node.name)) return true;
  if (node.name === 'FunctionCall') {
    const identifier = node.getChild('FunctionIdentifier');
    return SCALARS.some((name) => identifier?.getChild(name) != null);
  }
  if (node.name === 'BinaryExpr' || node.name === 'ParenExpr' || node.name === 'UnaryExpr')
    return operands(node).every(isScalar);
  return false;
}

function minus(labels: ReadonlySet<string>, named: readonly string[]): ReadonlySet<string> {
  return labels.difference(new Set(named));
}
