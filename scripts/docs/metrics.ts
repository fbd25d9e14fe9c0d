import { formatDuration } from '../../src/domain/duration.ts';
import { CATALOGUE } from '../../src/metrics/catalogue.ts';
import type { Family } from '../../src/metrics/family.ts';
import { TARGET_LABELS } from '../../src/metrics/samples.ts';
import { type Regions, table } from './marked.ts';
import { usesOf } from './uses.ts';

/** The regions of docs/metrics.md: a table for each scope, and the bounds of the buckets. */
export function metricsRegions(): Regions {
  const uses = usesOf();
  const families = (scope: Family['scope']) =>
    table(
      ['metric', 'type', 'kept', 'labels', 'meaning', 'used by'],
      CATALOGUE.filter((family) => family.scope === scope).map((family) => [
        `\`${family.name}\``,
        family.type,
        family.kept,
        labelsOf(family),
        meaningOf(family),
        uses(family.name).join(', '),
      ]),
    );
  return { targets: families('target'), teams: families('team'), program: families('program'), buckets: buckets() };
}

/** T stands for the labels of a target, as the page says. */
function labelsOf({ labels }: Family): string {
  const isOfTarget = TARGET_LABELS.every((label, place) => labels[place] === label);
  const own = isOfTarget ? labels.slice(TARGET_LABELS.length) : labels;
  return [...(isOfTarget ? ['T'] : []), ...own.map((label) => `\`${label}\``)].join(', ');
}

/** The help of the family, with its names as code. That all is as of the last poll, the page says once. */
function meaningOf({ help, note }: Family): string {
  const told = help.replace(/,? as of the last poll(?=\.)/, '').replace(/\b[a-z]+(?:_[a-z]+)+\b/g, '`$&`');
  return note === undefined ? told : `${told} ${note}`;
}

function buckets(): string {
  const named = Map.groupBy(
    CATALOGUE.flatMap((family) => ('bounds' in family ? [family as Family & { bounds: readonly number[] }] : [])),
    ({ bounds }) => bounds.map(bound).join(', '),
  );
  return table(
    ['upper ends of the buckets', 'of'],
    [...named].map(([ends, families]) => [ends, families.map(({ name }) => `\`${name}\``).join(', ')]),
  );
}

function bound(seconds: number): string {
  return Number.isInteger(seconds) ? formatDuration(seconds * 1000) : `${seconds}s`;
}
