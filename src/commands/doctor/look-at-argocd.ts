import { counted } from '../../domain/counted.ts';
import { targetId } from '../../domain/deployment.ts';
import { argocdApi } from '../../sources/argocd/api.ts';
import { placeOf } from '../../sources/argocd/application.ts';
import { claimTargets } from '../../sources/argocd/claims.ts';
import { Lister } from '../../sources/argocd/listing.ts';
import type { ArgocdSettings } from '../../sources/argocd/settings.ts';
import { sourceUpstream } from '../../sources/source-upstream.ts';
import { dateOf } from '../../upstream/head.ts';
import { lookAtClock } from './clock-skew.ts';
import { Findings } from './finding.ts';
import { remedyFor } from './remedy.ts';
import { type LookParts, type Seen, type SeenTarget, tellTargets } from './seen.ts';

/** The oldest major version whose fields are known (facts: argocd). */
const OLDEST_MAJOR = 2;

const TAKEN = 'they do not count: other applications are their app and environment already';

/** Looks at an Argo CD server as its collector would. */
export async function lookAtArgocd(settings: ArgocdSettings, parts: LookParts): Promise<Seen> {
  const findings = new Findings(settings.name);
  const upstream = sourceUpstream(settings, { ...parts, observe: () => {} });
  const nothing = () => ({ findings: findings.all, targets: [] });
  try {
    const api = argocdApi(upstream, settings, parts.stop);
    // Anybody may ask for it: what it says explains why the rest fails.
    const version = await api.version();
    if (version.ok) {
      lookAtClock(dateOf(version), parts.clock.now(), findings);
      lookAtVersion(version.value, findings);
    }
    const isSilent = !version.ok && version.failure.status === null;
    const list = isSilent ? version : await new Lister(settings).read(api, 0);
    if (!list.ok) {
      findings.add('problem', list.failure.detail, remedyFor(list.failure.reason));
      return nothing();
    }
    if (!version.ok)
      findings.add(
        'warning',
        `its version is unknown: ${version.failure.detail}`,
        'let /api/version through to the server',
      );
    if (list.value.length === 0) {
      const remedy =
        'allow it: p, role:dora-exporter, applications, get, */*, allow in argocd-rbac-cm; and check projects, selector and app_namespaces';
      findings.add('problem', 'the token is valid, but sees no applications', remedy);
      return nothing();
    }
    const { claims, filtered, duplicates } = claimTargets(list.value, settings);
    const sees = `the token is valid and sees ${counted(list.value.length, 'application')}`;
    if (!settings.deployments) {
      findings.add('note', `${sees}; deployments: false, so its syncs count nowhere`);
      return nothing();
    }
    if (claims.size === 0) {
      const says = `no deployment matched the filters: ${sees}, all of which relabel_configs leaves out`;
      findings.add('problem', says, 'mend relabel_configs: a rule drops them, or leaves app or environment empty');
      return nothing();
    }
    findings.add('ok', `${sees}, of which ${filtered.length} are left out by relabel_configs`);
    for (const { listed, taken } of duplicates) {
      const says = `${placeOf(listed)} does not count: ${placeOf(taken.listed)} is app ${taken.target.app}, environment ${taken.target.environment} already`;
      const fold = { kind: 'taken', place: placeOf(listed), says: TAKEN };
      findings.add('warning', says, 'give them different apps or environments by relabel_configs', fold);
    }
    const mapped = new Map<string, { target: SeenTarget; from: string }>();
    for (const { target, team, listed } of claims.values()) {
      mapped.set(targetId(target), { target: { ...target, team, counts: true }, from: placeOf(listed) });
    }
    tellTargets(mapped, settings.leadTime ? [] : ['lead_time, as lead_time is off'], findings);
    return { findings: findings.all, targets: [...mapped.values()].map(({ target }) => target) };
  } finally {
    await upstream.close();
  }
}

function lookAtVersion(version: string, findings: Findings): void {
  const major = Number(/^v?(\d+)\./.exec(version)?.[1] ?? Number.NaN);
  if (Number.isNaN(major)) findings.add('warning', 'it does not say a version that can be read', null);
  else if (major >= OLDEST_MAJOR) findings.add('ok', `it is Argo CD ${version}`);
  else
    findings.add(
      'problem',
      `the server is too old: Argo CD ${version}, and ${OLDEST_MAJOR}.0 is the oldest`,
      'upgrade Argo CD',
    );
}
