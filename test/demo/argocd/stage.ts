import { addAccount } from '../../../src/demo/argocd/accounts.ts';
import { type ApplicationFields, addApplication } from '../../../src/demo/argocd/applications.ts';
import { endOperation } from '../../../src/demo/argocd/end-operation.ts';
import type { Application } from '../../../src/demo/argocd/model.ts';
import { startOperation } from '../../../src/demo/argocd/operations.ts';
import { requestSync, type SyncRequest } from '../../../src/demo/argocd/request-sync.ts';
import { type SimulatedArgocd, startArgocd } from '../../../src/demo/argocd/start.ts';
import type { ArgocdState } from '../../../src/demo/argocd/state.ts';
import type { Outcome } from '../../../src/demo/argocd/sync-result.ts';
import { get } from '../woodpecker/client.ts';

export const NOW = Date.UTC(2026, 2, 18, 12, 0, 0);
export const A = 'a'.repeat(40);
export const B = 'b'.repeat(40);

/** A server with the account `dev`, who may read everything and whose token is `good`, and the application `shop`. */
export interface Stage extends AsyncDisposable {
  readonly server: SimulatedArgocd;
  readonly state: ArgocdState;
  readonly app: Application;
  ask(path: string): Promise<unknown>;
  status(path: string): Promise<number>;
}

export async function stage(version = '3.5.1', fields: Partial<ApplicationFields> = {}): Promise<Stage> {
  const server = await startArgocd({ version, now: () => NOW });
  addAccount(server.state, 'dev', 'good');
  const app = addApplication(server.state, { name: 'shop', project: 'payments', ...fields });
  return {
    server,
    state: server.state,
    app,
    ask: async (path) => (await get(server.url + path, 'good')).json(),
    status: async (path) => (await get(server.url + path, 'good')).status,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** A whole operation, from the request to its end. */
export function sync(
  state: ArgocdState,
  app: Application,
  request: SyncRequest,
  outcome: Outcome = { phase: 'Succeeded' },
): void {
  requestSync(state, app, request);
  startOperation(state, app);
  endOperation(state, app, outcome);
}
