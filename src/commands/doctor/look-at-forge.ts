import type { Dialect } from '../../changes/forges/dialect.ts';
import { DIALECTS } from '../../changes/forges/open-forge.ts';
import { quotaWaitMs } from '../../changes/quota.ts';
import type { ForgeSettings } from '../../sources/forge-settings.ts';
import { openUpstream } from '../../upstream/open-upstream.ts';
import { type Finding, Findings } from './finding.ts';
import { remedyFor } from './remedy.ts';
import type { LookParts } from './seen.ts';

interface Example {
  readonly repository: string;
  readonly sha: string;
}

/** Asks the forge of a source for one commit that was deployed, and for what is left of its quota. */
export async function lookAtForge(
  source: { readonly name: string; readonly requestTimeoutMs: number; readonly maxBodyBytes: number },
  forge: ForgeSettings,
  example: Example | null,
  { clock, userAgent, stop }: LookParts,
): Promise<readonly Finding[]> {
  const findings = new Findings(`${source.name}, its forge`);
  if (example === null) {
    findings.add('note', 'not asked: no deployment whose commit could be looked up was seen yet');
    return findings.all;
  }
  const dialect: Dialect = DIALECTS[forge.type];
  const upstream = openUpstream({
    source: source.name,
    baseUrl: dialect.apiUrl(forge.url),
    authorization: () => dialect.authorization(forge.token.read()),
    caFile: forge.caFile,
    insecureSkipVerify: false,
    requestTimeoutMs: source.requestTimeoutMs,
    maxBodyBytes: source.maxBodyBytes,
    userAgent,
    clock,
    observe: () => {},
  });
  try {
    const answer = await upstream.get(dialect.commitPath(example.repository, example.sha), dialect.commit, stop);
    const headers = answer.ok ? answer.headers : (answer.failure.headers ?? {});
    if (answer.ok) findings.add('ok', `it shows the commit ${example.sha.slice(0, 8)} of ${example.repository}`);
    else {
      const { reason, detail } = answer.failure;
      findings.add('problem', `lead times will be unknown: ${detail}`, remedyFor(reason));
    }
    tellQuota(headers, answer.ok ? answer.date : clock.now(), findings);
  } finally {
    await upstream.close();
  }
  return findings.all;
}

function tellQuota(headers: Readonly<Record<string, string>>, date: number, findings: Findings): void {
  const told = (name: string) => headers[`x-ratelimit-${name}`] ?? headers[`ratelimit-${name}`];
  const remaining = told('remaining');
  const waitMs = quotaWaitMs(headers, date);
  const left =
    remaining === undefined ? '' : `: ${remaining} requests of ${told('limit') ?? 'an unknown number'} are left`;
  if (waitMs !== null) {
    const text = `its quota is nearly used up${left}; lookups rest for ${Math.ceil(waitMs / 1000)} s`;
    findings.add('warning', text, 'give it a token with a quota of its own');
  } else if (remaining !== undefined) findings.add('ok', `its quota is enough${left}`);
}
