import { byComparison } from '../changes/compare-deployments.ts';
import type { Forge } from '../changes/forges/forge.ts';
import { DIALECTS, openForge } from '../changes/forges/open-forge.ts';
import type { Find } from '../changes/ports.ts';
import { revisionMetadata } from '../changes/revision-metadata.ts';
import { byRevisions } from '../changes/revisions.ts';
import { Worker } from '../changes/worker.ts';
import type { Batch } from '../domain/batch.ts';
import { UNKNOWN_LEAD_TIMES, type UnknownLeadTime } from '../domain/change.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observe } from '../domain/observation.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { sourceUpstream } from '../sources/source-upstream.ts';
import type { AnySourceSettings } from '../sources/table.ts';
import { openUpstream } from '../upstream/open-upstream.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Log } from './parts.ts';
import type { Recorder } from './recorder.ts';

interface Parts {
  readonly ledger: Ledger;
  readonly recorder: Recorder;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly log: Log;
}

/** What looks up the commits of one source's deployments. */
export interface LeadTime {
  /** Something was recorded. */
  wake(): void;
  /** Works until `stop`; resolves when what was under way has ended. */
  run(): Promise<void>;
  close(): Promise<void>;
}

/** What becomes of the commits of a source's deployments; undefined: lead time is off. */
export function commitsOf(settings: AnySourceSettings): Batch['commits'] {
  if (settings.type === 'errors' || !settings.deployments) return undefined;
  if (settings.type === 'argocd') return settings.leadTime ? 'lookup' : undefined;
  return settings.forge === null ? 'no_forge' : 'lookup';
}

/** The names of the sources whose deployments' commits are looked up. */
export function lookedUpSources(sources: readonly AnySourceSettings[]): readonly string[] {
  return sources.filter((settings) => commitsOf(settings) === 'lookup').map(({ name }) => name);
}

/** Why a change of a source can be without a lead time: the series that it shows from the start. */
export function unknownLeadTimesOf(settings: AnySourceSettings): readonly UnknownLeadTime[] {
  const commits = commitsOf(settings);
  if (commits === undefined) return [];
  return commits === 'no_forge' ? ['no_forge'] : UNKNOWN_LEAD_TIMES.filter((reason) => reason !== 'no_forge');
}

/** Opens the lookups of a source; null where there is nothing to be looked up. Connects at the first request. */
export function openLeadTime(settings: AnySourceSettings, parts: Parts, stop: AbortSignal): LeadTime | null {
  if (commitsOf(settings) !== 'lookup' || settings.type === 'errors') return null;
  const { ledger, recorder, clock, log } = parts;
  const upstreams: Upstream[] = [];
  const forge = openForgeOf(settings, parts, upstreams);
  const worker = new Worker({
    source: settings.name,
    find: findFor(settings, parts, forge, upstreams),
    queue: {
      ...ledger.lookups,
      settle: ({ id }, changes) => recorder.recordChanges({ lookup: id, changes, now: clock.now() }),
    },
    clock,
    log,
    stop,
  });
  return {
    wake: () => worker.wake(),
    run: () => worker.run(),
    close: async () => {
      await Promise.all(upstreams.map((upstream) => upstream.close()));
    },
  };
}

function openForgeOf(
  settings: Exclude<AnySourceSettings, { type: 'errors' }>,
  { ledger, userAgent, clock, observe }: Parts,
  upstreams: Upstream[],
): Forge | null {
  const { forge } = settings;
  if (forge === null) return null;
  const dialect = DIALECTS[forge.type];
  const upstream = openUpstream({
    source: settings.name,
    baseUrl: dialect.apiUrl(forge.url),
    authorization: () => dialect.authorization(forge.token.read()),
    caFile: forge.caFile,
    insecureSkipVerify: false,
    requestTimeoutMs: settings.requestTimeoutMs,
    maxBodyBytes: settings.maxBodyBytes,
    userAgent,
    clock,
    observe,
  });
  upstreams.push(upstream);
  return openForge({ url: forge.url, dialect, upstream, kept: ledger.lookups, clock });
}

function findFor(
  settings: Exclude<AnySourceSettings, { type: 'errors' }>,
  parts: Parts,
  forge: Forge | null,
  upstreams: Upstream[],
): Find {
  if (settings.type === 'woodpecker') {
    if (forge === null) throw new Error(`the source ${settings.name} has no forge to ask`);
    return byComparison(forge);
  }
  const upstream = sourceUpstream(settings, parts);
  upstreams.push(upstream);
  return byRevisions(revisionMetadata(upstream, parts.ledger.lookups), forge);
}
