import type { Config } from '../config/config.ts';
import type { DoctorFlags } from '../config/doctor-flags.ts';
import { ledgerPlace } from '../config/ledger-place.ts';
import { loadProcessConfig } from '../config/load.ts';
import type { Clock } from '../domain/clock.ts';
import type { AnySourceSettings } from '../sources/table.ts';
import { complain } from './configured.ts';
import { type Finding, lineOf, worstFirst } from './doctor/finding.ts';
import { folded } from './doctor/fold.ts';
import { lookAtArgocd } from './doctor/look-at-argocd.ts';
import { lookAtErrors } from './doctor/look-at-errors.ts';
import { lookAtLedger } from './doctor/look-at-ledger.ts';
import { lookAtRooms } from './doctor/look-at-rooms.ts';
import { lookAtServices } from './doctor/look-at-services.ts';
import { lookAtWoodpecker } from './doctor/look-at-woodpecker.ts';
import type { LookParts, Seen } from './doctor/seen.ts';

/**
 * Looks at everything that the configuration names as a person would, and prints one line for each finding, the worst
 * first. Changes and sends nothing. The exit code: 1 where there is a problem, 2 for a configuration that is wrong.
 */
export async function doctor(flags: DoctorFlags, clock: Clock): Promise<number> {
  const loaded = loadProcessConfig(
    { configFile: flags.configFile, listenAddress: null, logLevel: null, check: false },
    complain,
  );
  if (!loaded.ok) {
    for (const problem of loaded.problems) complain(problem);
    return 2;
  }
  const parts = { clock, userAgent: 'dora-exporter doctor', stop: new AbortController().signal };
  const findings = worstFirst(await lookAtAll(loaded.config, parts));
  process.stdout.write(
    flags.json
      ? asJson(findings)
      : folded(findings)
          .map((one) => `${lineOf(one)}\n`)
          .join(''),
  );
  return findings.some(({ level }) => level === 'problem') ? 1 : 0;
}

/** Each finding of its own: machines count and choose. */
function asJson(findings: readonly Finding[]): string {
  const plain = findings.map(({ level, subject, says, remedy }) => ({ level, subject, says, remedy }));
  return `${JSON.stringify({ findings: plain }, null, 2)}\n`;
}

async function lookAtAll(config: Config, parts: LookParts): Promise<readonly Finding[]> {
  const seen = await Promise.all(config.sources.map((settings) => lookAtSource(settings, parts)));
  const { matrix } = config.notify;
  return [
    ...seen.flatMap(({ findings }) => findings),
    ...lookAtServices(seen.flatMap(({ targets }) => targets)),
    ...(await lookAtLedger(ledgerPlace(config))),
    ...(matrix === null ? [] : await lookAtRooms(matrix, parts)),
  ];
}

async function lookAtSource(settings: AnySourceSettings, parts: LookParts): Promise<Seen> {
  try {
    switch (settings.type) {
      case 'woodpecker':
        return await lookAtWoodpecker(settings, parts);
      case 'argocd':
        return await lookAtArgocd(settings, parts);
      case 'errors':
        return await lookAtErrors(settings, parts);
    }
  } catch (error) {
    // A file of a secret that cannot be read.
    const says = error instanceof Error ? error.message : String(error);
    const remedy = 'mend the file of the token: it must be there and be readable';
    return { findings: [{ level: 'problem', subject: settings.name, says, remedy }], targets: [] };
  }
}
