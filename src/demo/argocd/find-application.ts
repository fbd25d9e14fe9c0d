import type { Answer } from '../woodpecker/answer.ts';
import { mayRead } from './accounts.ts';
import { denied, refusal } from './answer.ts';
import type { Call, Handler } from './call.ts';
import { keyOf } from './key-of.ts';
import type { Application } from './model.ts';

const TWO_PROJECTS = 'multiple projects specified - the get endpoint accepts either zero or one project';

/**
 * A route below one application (getAppEnforceRBAC in server/application/application.go). Without `project` one that is
 * missing and one that may not be read are both 403; with it the one that is missing, or of another project, is 404.
 * These routes ask the Kubernetes API, and while it is down everything is 403.
 */
export function forApplication(handle: (call: Call, app: Application) => Answer): Handler {
  return (call) => {
    const { state, rights, query, params } = call;
    const name = params[0] ?? '';
    const projects = query.getAll('project');
    if (projects.length > 1) return refusal('invalid_argument', TWO_PROJECTS);
    const project = projects[0] ?? '';
    if (state.kubernetesDown || (project !== '' && !mayRead(rights, project))) return denied();
    const app = state.applications.get(keyOf(query.get('appNamespace') || 'argocd', name));
    if (project !== '' && app?.spec.project !== project) {
      return refusal('not_found', `applications.argoproj.io "${name}" not found`);
    }
    if (app === undefined || !mayRead(rights, app.spec.project)) return denied();
    if (state.missingProjects.has(app.spec.project)) {
      const message = `app is not allowed in project "${app.spec.project}", or the project does not exist`;
      return refusal('invalid_argument', message);
    }
    return handle(call, app);
  };
}
