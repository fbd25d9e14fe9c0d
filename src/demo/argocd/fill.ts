import { addApplication } from './applications.ts';
import { endOperation } from './end-operation.ts';
import { startOperation } from './operations.ts';
import { requestSync } from './request-sync.ts';
import type { ArgocdState } from './state.ts';
import { setHealth, setSync } from './status.ts';

const APPS_PER_TEAM = 20;
const DEPLOYMENTS = 3;
const HOUR_MS = 3_600_000;
const SYNC_MS = 20_000;

/**
 * Fills a server for measurements: `count` applications, Synced and Healthy, in projects of twenty, each with three
 * deployments in its history, an hour apart, the last one an hour ago.
 */
export function fillApplications(state: ArgocdState, count: number): void {
  const now = state.now();
  for (let index = 0; index < count; index += 1) {
    const team = `team-${Math.floor(index / APPS_PER_TEAM)}`;
    const fields = { name: `app-${index}`, project: team, labels: { team, env: 'production' } };
    const app = addApplication(state, fields, now - (DEPLOYMENTS + 1) * HOUR_MS);
    for (let age = DEPLOYMENTS; age >= 1; age -= 1) {
      const at = now - age * HOUR_MS;
      const revision = (index * DEPLOYMENTS + DEPLOYMENTS - age + 1).toString(16).padStart(40, '0');
      setSync(state, app, 'OutOfSync', [revision], at - SYNC_MS);
      requestSync(state, app);
      startOperation(state, app, at - SYNC_MS);
      endOperation(state, app, { phase: 'Succeeded', images: [`registry.example.org/app-${index}:1.${age}`] }, at);
      setSync(state, app, 'Synced', [revision], at);
      setHealth(state, app, 'Healthy', at);
    }
  }
}
