import { timeStatistics } from '../../domain/quantile.ts';
import { inSeconds } from './table.ts';

/** How mean, median and p90 come about, over times in milliseconds in ascending order, at least one. */
export function statisticsLines(sorted: readonly number[]): string {
  const { mean, median, p90 } = timeStatistics(sorted);
  const sum = sorted.reduce((total, time) => total + time, 0);
  return [
    `  count   ${sorted.length}`,
    `  sum     ${inSeconds(sum)} s`,
    `  mean    ${inSeconds(sum)} / ${sorted.length} = ${inSeconds(mean ?? 0)} s`,
    `  median  ${quantileText(sorted, 5)} = ${inSeconds(median ?? 0)} s`,
    `  p90     ${quantileText(sorted, 9)} = ${inSeconds(p90 ?? 0)} s`,
    '',
  ].join('\n');
}

/** The places between which a quantile lies, counted from 1 as the rows are (type 7 of Hyndman and Fan). */
function quantileText(sorted: readonly number[], tenths: number): string {
  const place = (sorted.length - 1) * tenths + 10;
  const lower = Math.floor(place / 10);
  const beyond = place % 10;
  const at = (row: number) => inSeconds(sorted[row - 1] ?? 0);
  const where = `place 1 + ${sorted.length - 1} x 0.${tenths} = ${place / 10}`;
  if (beyond === 0) return `${where}: row ${lower}`;
  return `${where}: ${at(lower)} + 0.${beyond} x (${at(lower + 1)} - ${at(lower)})`;
}
