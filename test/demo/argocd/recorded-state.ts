import { addAccount, addToken } from '../../../src/demo/argocd/accounts.ts';
import { putApplication } from '../../../src/demo/argocd/applications.ts';
import { addCommit } from '../../../src/demo/argocd/commits.ts';
import type { KubernetesEvent } from '../../../src/demo/argocd/events.ts';
import { fillApplications } from '../../../src/demo/argocd/fill.ts';
import type { Application, Commit } from '../../../src/demo/argocd/model.ts';
import type { ArgocdState } from '../../../src/demo/argocd/state.ts';
import { bodyOf, type Recording } from './recording.ts';

export const REPO_URL = 'https://git.example.org/platform/deploy.git';

/** The recordings of answers to a token that is not the one of `dora`: whose it was, as the index tells. */
const TOKENS: Readonly<Record<number, string>> = {
  24: 'garbage',
  25: 'forged',
  26: 'expired',
  27: 'revoked',
  31: 'norights',
  32: 'oneproject',
  33: 'oneproject',
  34: 'disabled',
  35: 'incapable',
  49: 'norights',
  56: 'norights',
  63: 'expired',
  69: 'garbage',
  80: 'norights',
  82: 'oneproject',
  103: 'norights',
  104: 'oneproject',
};

/** The headers of the request, with the token that was cut out of the recording. */
export function headersOf(recording: Recording): Record<string, string> {
  const token = TOKENS[recording.number] ?? 'dora';
  return Object.fromEntries(
    Object.entries(recording.requestHeaders).map(([name, value]) => [name, value.replace('REDACTED', token)]),
  );
}

/** Sets a server up so that it stands as the recorded one did when it gave this answer. */
export function setUp(state: ArgocdState, recording: Recording): void {
  addAccounts(state);
  if (recording.number === 22) fillApplications(state, 400);
  else for (const app of recordedApplications(recording.number)) putApplication(state, app);
  addCommit(state, REPO_URL, { sha: '72672c6f239fab8f712d1483243e50924dcde4f1', ...bodyOf<Omit<Commit, 'sha'>>(52) });
  addCommit(state, REPO_URL, { sha: '798a4969881bb807967ff13a42618a246ade9f5a', ...bodyOf<Omit<Commit, 'sha'>>(53) });
  if (recording.path.endsWith('/events')) {
    const events = (recording.body as { items: (KubernetesEvent & { involvedObject: { uid: string } })[] }).items;
    state.events.set(events[0]?.involvedObject.uid ?? '', events);
  }
  state.justStarted = recording.number === 21 ? { known: 0 } : null;
  state.grpcMaxBytes = recording.number === 22 ? 300_000 : null;
  state.repoServerDown = recording.number === 58;
  state.kubernetesDown = recording.number === 96;
  state.redirectTo = recording.number === 94 ? 'https://argocd.example.org' : null;
  const version = (recording.body as { metadata?: { resourceVersion?: string } } | null)?.metadata?.resourceVersion;
  state.lastResourceVersion = Number(version ?? 2000);
}

function addAccounts(state: ArgocdState): void {
  const { account: dora } = addAccount(state, 'dora', 'dora');
  addToken(state, dora, 'forged', 'exporter').state = 'wrong signature';
  addToken(state, dora, 'expired', 'short-lived').state = 'expired';
  addToken(state, dora, 'revoked', 'exporter').state = 'revoked';
  addAccount(state, 'norights', 'norights', []);
  addAccount(state, 'oneproject', 'oneproject', ['payments']);
  addAccount(state, 'dora', 'disabled').account.enabled = false;
  addAccount(state, 'dora', 'incapable').account.apiKey = false;
}

/** The applications as they were read one by one; `site` waits for its deletion where the answer shows that. */
function recordedApplications(number: number): Application[] {
  const site = number === 20 || number === 50 ? 50 : 40;
  return [36, 39, site, 41].map((source) => bodyOf<Application>(source));
}
