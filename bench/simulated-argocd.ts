import { addAccount } from '../src/demo/argocd/accounts.ts';
import { endOperation } from '../src/demo/argocd/end-operation.ts';
import { fillApplications } from '../src/demo/argocd/fill.ts';
import { startOperation } from '../src/demo/argocd/operations.ts';
import { requestSync } from '../src/demo/argocd/request-sync.ts';
import { startArgocd } from '../src/demo/argocd/start.ts';
import { setSync } from '../src/demo/argocd/status.ts';

// A process of its own, so that what the simulated server costs is not taken for what a poll costs.
const [applications = 0] = process.argv.slice(2).map(Number);
// Its clock stands still between two polls: what ended just now is looked at once more, which is no quiet poll.
let now = Date.now();
const server = await startArgocd({ version: '3.5.1', now: () => now });
addAccount(server.state, 'bench', 'bench-token');
fillApplications(server.state, applications);
let revision = 0;

/** Syncs each of the first `changed` applications to a new revision, and tells how many requests there were. */
process.on('message', (changed: number) => {
  revision += 1;
  for (const app of [...server.state.applications.values()].slice(0, changed)) {
    const sha = `${revision}`.padStart(40, 'f');
    setSync(server.state, app, 'OutOfSync', [sha], now);
    requestSync(server.state, app);
    startOperation(server.state, app, now);
    endOperation(server.state, app, { phase: 'Succeeded' }, now);
    setSync(server.state, app, 'Synced', [sha], now);
  }
  now += 10_000;
  process.send?.({ requests: server.requests.length });
});
process.on('disconnect', () => process.exit());
process.send?.({ url: server.url });
