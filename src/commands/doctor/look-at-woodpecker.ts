import { z } from 'zod';
import { counted } from '../../domain/counted.ts';
import { sourceUpstream } from '../../sources/source-upstream.ts';
import { type WoodpeckerApi, woodpeckerApi } from '../../sources/woodpecker/api.ts';
import { type Listed, Lister } from '../../sources/woodpecker/listing.ts';
import type { Repository } from '../../sources/woodpecker/pipeline.ts';
import type { WoodpeckerSettings } from '../../sources/woodpecker/settings.ts';
import { isWanted } from '../../sources/woodpecker/target-of.ts';
import { atLeast } from '../../sources/woodpecker/version.ts';
import { dateOf } from '../../upstream/head.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import { lookAtClock } from './clock-skew.ts';
import { Findings } from './finding.ts';
import { lookAtForge } from './look-at-forge.ts';
import { lookAtRepositories } from './look-at-repositories.ts';
import { remedyFor } from './remedy.ts';
import { type LookParts, type Seen, type SeenTarget, tellTargets } from './seen.ts';

/** The oldest that was tried (2.8.3; `X-WOODPECKER-VERSION` is on every answer). */
const OLDEST = { major: 2, minor: 8 } as const;
/** Anybody may ask for it. */
const versionOf = z.object({ version: z.string() }).transform((body) => body.version);

/** Looks at a Woodpecker server as its collector would, but for the first pages of pipelines alone. */
export async function lookAtWoodpecker(settings: WoodpeckerSettings, parts: LookParts): Promise<Seen> {
  const findings = new Findings(settings.name);
  const upstream = sourceUpstream(settings, { ...parts, observe: () => {} });
  try {
    const api = woodpeckerApi(upstream, parts.stop);
    const repositories = await lookAtListing(api, upstream, settings, parts, findings);
    if (repositories === null || !settings.deployments) return { findings: findings.all, targets: [] };
    const { mapped, example } = await lookAtRepositories(repositories, api, upstream, settings, parts, findings);
    const lacks = settings.forge === null ? ['lead_time, as no forge is configured'] : [];
    tellTargets(mapped, lacks, findings);
    const targets: SeenTarget[] = [...mapped.values()].map(({ target }) => target);
    const forge = settings.forge === null ? [] : await lookAtForge(settings, settings.forge, example, parts);
    return { findings: [...findings.all, ...forge], targets };
  } finally {
    await upstream.close();
  }
}

/** The repositories that the configuration wants; null where there is no use in looking further. */
async function lookAtListing(
  api: WoodpeckerApi,
  upstream: Upstream,
  settings: WoodpeckerSettings,
  { clock, stop }: LookParts,
  findings: Findings,
): Promise<readonly { readonly listed: Listed; readonly repository: Repository }[] | null> {
  const listing = await new Lister().read(api, () => null, clock.now());
  if (!listing.ok) {
    const { reason, detail, status } = listing.failure;
    const version = status === null ? null : await upstream.get('/version', versionOf, stop);
    // That it is too old may be the cause.
    if (version?.ok && isTooOld(version.value)) lookAtVersion(version.value, findings);
    findings.add('problem', detail, remedyFor(reason));
    return null;
  }
  lookAtClock(dateOf(listing), clock.now(), findings);
  lookAtVersion(listing.headers['x-woodpecker-version'], findings);
  if (listing.value.length === 0) {
    const remedy = 'give its user push or admin permission on the repositories, and activate them in Woodpecker';
    findings.add('problem', 'the token is valid, but sees no repositories', remedy);
    return null;
  }
  const known = await Promise.all(
    listing.value.map(async (listed) => {
      if (listed.repository !== null) return { listed, repository: listed.repository };
      const answer = await api.repository(listed.id);
      return answer.ok ? { listed, repository: answer.value } : null;
    }),
  );
  const wanted = known.filter((one) => one !== null).filter(({ repository }) => isWanted(repository, settings));
  const sees = `the token is valid and sees ${counted(listing.value.length, 'repository', 'repositories')}`;
  if (!settings.deployments) {
    findings.add('note', `${sees}; deployments: false, so its pipelines are builds, which count nowhere`);
  } else if (wanted.length === 0) {
    findings.add('problem', `${sees}, none of which repositories lets in`, 'mend the names under repositories');
    return null;
  } else findings.add('ok', `${sees}, of which ${wanted.length} may deploy`);
  return wanted;
}

function lookAtVersion(version: string | undefined, findings: Findings): void {
  if (version === undefined || version === '') {
    findings.add('warning', 'it does not say its version', 'let the proxy before it pass X-Woodpecker-Version on');
  } else if (!isTooOld(version)) findings.add('ok', `it is Woodpecker ${version}`);
  else {
    const says = `the server is too old: Woodpecker ${version}, and ${OLDEST.major}.${OLDEST.minor} is the oldest that is read rightly`;
    findings.add('problem', says, 'upgrade Woodpecker');
  }
}

function isTooOld(version: string): boolean {
  return !atLeast(version, OLDEST.major, OLDEST.minor);
}
