import { counted } from '../../domain/counted.ts';
import { countsOver } from '../../sources/errors/api.ts';
import { errorsUpstream } from '../../sources/errors/open.ts';
import type { ErrorsSettings } from '../../sources/errors/settings.ts';
import { targetOf } from '../../sources/errors/target-of.ts';
import { dateOf } from '../../upstream/head.ts';
import { lookAtClock } from './clock-skew.ts';
import { Findings } from './finding.ts';
import { remedyFor } from './remedy.ts';
import { type LookParts, type Seen, type SeenTarget, tellTargets } from './seen.ts';

/** Looks at a foreign error sink as its collector would. */
export async function lookAtErrors(settings: ErrorsSettings, parts: LookParts): Promise<Seen> {
  const findings = new Findings(settings.name);
  const upstream = errorsUpstream(settings, { ...parts, observe: () => {} });
  try {
    const counts = await countsOver(upstream, settings.incidentWindowMs, parts.stop);
    if (!counts.ok) {
      findings.add('problem', counts.failure.detail, remedyFor(counts.failure.reason));
      return { findings: findings.all, targets: [] };
    }
    const { bySubsystem } = counts.value;
    // By its own word, where it gives one: that is the time its incidents get.
    const { at } = counts.value;
    lookAtClock(at === counts.date ? dateOf(counts) : at, parts.clock.now(), findings);
    findings.add('ok', `it answers, and counts errors of ${counted(bySubsystem.size, 'subsystem')}`);
    const mapped = new Map<string, { target: SeenTarget; from: string }>();
    for (const subsystem of bySubsystem.keys()) {
      const found = targetOf(subsystem, settings);
      if (found === null) {
        const says = 'relabel_configs leaves them out';
        const fold = { kind: 'left out', place: `subsystem ${subsystem}`, says };
        findings.add('note', `the subsystem ${subsystem} is left out by relabel_configs`, null, fold);
      } else {
        const target = { ...found.target, team: found.team, counts: false };
        mapped.set(subsystem, { target, from: `the subsystem ${subsystem}` });
      }
    }
    tellTargets(mapped, [], findings);
    return { findings: findings.all, targets: [...mapped.values()].map(({ target }) => target) };
  } finally {
    await upstream.close();
  }
}
