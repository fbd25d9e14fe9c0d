import type { Findings } from './finding.ts';

/** In milliseconds: more than a slow answer and the whole seconds of a `Date` header explain. */
const MOST_MS = 30_000;

/**
 * Compares the clock of a server, by what its answer says of its time (null: nothing), with ours. Both in milliseconds
 * since the epoch.
 */
export function lookAtClock(theirs: number | null, ours: number, findings: Findings): void {
  if (theirs === null) {
    findings.add('note', 'its answers have no Date, so its clock could not be compared with ours');
    return;
  }
  const seconds = Math.round((theirs - ours) / 1000);
  if (Math.abs(theirs - ours) < MOST_MS) {
    findings.add('ok', `its clock and ours are ${Math.abs(seconds)} s apart`);
    return;
  }
  findings.add(
    'problem',
    `its clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} ours: times and ages are wrong by as much`,
    'let both machines keep their time by NTP',
  );
}
